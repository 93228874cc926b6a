-- Undo a claim that was made beside a refused rate. What was new goes; what was taken over may be taken over again.
-- KEYS[1] ticket:{id}   ARGV token, outcome of the claim
local held = redis.call('HMGET', KEYS[1], 'state', 'token')
if held[1] ~= 'sending' or held[2] ~= ARGV[1] then return 0 end
if ARGV[2] == 'new' then return redis.call('DEL', KEYS[1]) end
redis.call('HSET', KEYS[1], 'lease_until_ms', 0)
return 1

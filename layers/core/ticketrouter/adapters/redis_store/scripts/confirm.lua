-- Move a claim that is still ours from sending to queued.
-- KEYS[1] ticket:{id}   ARGV token   Returns 1 if this call moved it (and so counts the ticket as accepted), else 0
local held = redis.call('HMGET', KEYS[1], 'state', 'token')
if held[1] ~= 'sending' or held[2] ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'state', 'queued', 'counted', 1)
return 1

-- Undo a claim that was made beside a refused rate. What was new goes; what was taken over may be taken over again.
-- KEYS[1] ticket:{id}   ARGV token, outcome of the claim, a tombstone's time to live in ms
local held = redis.call('HMGET', KEYS[1], 'state', 'token', 'was_deleted')
if held[1] ~= 'sending' or held[2] ~= ARGV[1] then return 0 end
if ARGV[2] ~= 'new' then
  redis.call('HSET', KEYS[1], 'lease_until_ms', 0)
  return 1
end
redis.call('DEL', KEYS[1])
if held[3] then
  redis.call('HSET', KEYS[1], 'state', 'deleted')
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
return 1

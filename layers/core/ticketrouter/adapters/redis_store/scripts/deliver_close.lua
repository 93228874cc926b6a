-- Give a pending delivery its final status without a try; make its record if it is missing.
-- KEYS delivery:{ticket}:destination, deliveries:{ticket}, ticket:{ticket}
-- ARGV status, alert, epoch, time to live in ms, destination   Returns {1 if it was pending, else 0, time in ms}
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if redis.call('HGET', KEYS[3], 'state') == 'deleted' then return {0, now} end
local held = redis.call('HMGET', KEYS[1], 'status', 'epoch')
if held[1] and held[1] ~= 'pending' then return {0, now} end
if held[1] and tonumber(held[2]) > tonumber(ARGV[3]) then return {0, now} end -- a dead letter of the round before
if not held[1] then
  redis.call('HSET', KEYS[1], 'epoch', ARGV[3], 'alert', ARGV[2], 'attempts', 0)
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
  redis.call('SADD', KEYS[2], ARGV[5])
  redis.call('PEXPIRE', KEYS[2], ARGV[4])
end
redis.call('HSET', KEYS[1], 'status', ARGV[1], 'updated_at_ms', now)
redis.call('HDEL', KEYS[1], 'token', 'lease_until_ms', 'next_at_ms')
return {1, now}

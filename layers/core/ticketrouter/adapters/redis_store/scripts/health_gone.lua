-- Disable a destination for as long as it has this secret.
-- KEYS[1] destination:{id}   ARGV print of its secret
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1], 'failures', 0, 'gone_print', ARGV[1], 'gone_at_ms', now)
redis.call('PERSIST', KEYS[1])
return 1

-- End the lease without a try, if it is still ours.
-- KEYS[1] delivery:{about}:destination   ARGV token, ms until the next try   Returns 1 if it was written, else 0
local held = redis.call('HGET', KEYS[1], 'token')
if not held or held == '' or held ~= ARGV[1] then return 0 end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HDEL', KEYS[1], 'token', 'lease_until_ms')
redis.call('HSET', KEYS[1], 'next_at_ms', now + ARGV[2])
return 1

-- Leave a delivery to a digest and end the lease, if it is still ours.
-- KEYS[1] delivery:{ticket}:destination   ARGV token, status, digest, ms until the next look (or empty)
-- Returns {1 if it was written, else 0, time in ms}
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local token = redis.call('HGET', KEYS[1], 'token')
if not token or token == '' or token ~= ARGV[1] then return {0, now} end
redis.call('HSET', KEYS[1], 'status', ARGV[2], 'digest_id', ARGV[3], 'updated_at_ms', now)
redis.call('HDEL', KEYS[1], 'token', 'lease_until_ms', 'next_at_ms')
if ARGV[4] ~= '' then redis.call('HSET', KEYS[1], 'next_at_ms', now + ARGV[4]) end
return {1, now}

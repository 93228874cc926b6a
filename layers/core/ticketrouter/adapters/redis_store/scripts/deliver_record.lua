-- Write the outcome of a try and end the lease, if it is still ours.
-- KEYS[1] delivery:{ticket}:destination
-- ARGV token, attempt (one line), status, ms until the next try (or empty), lines of the log to keep
-- Returns 1 if it was written, else 0
local held = redis.call('HMGET', KEYS[1], 'token', 'log')
if not held[1] or held[1] == '' or held[1] ~= ARGV[1] then return 0 end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local log = (held[2] or '') .. ARGV[2] .. '\n'
local _, lines = string.gsub(log, '\n', '\n')
while lines > tonumber(ARGV[5]) do
  log = string.sub(log, string.find(log, '\n', 1, true) + 1)
  lines = lines - 1
end
redis.call('HSET', KEYS[1], 'status', ARGV[3], 'log', log, 'updated_at_ms', now)
redis.call('HINCRBY', KEYS[1], 'attempts', 1)
redis.call('HDEL', KEYS[1], 'token', 'lease_until_ms', 'next_at_ms')
if ARGV[4] ~= '' then redis.call('HSET', KEYS[1], 'next_at_ms', now + ARGV[4]) end
return 1

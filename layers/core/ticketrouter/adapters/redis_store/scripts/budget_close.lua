-- Close the open digest if it is due; the closed one stays until it is told, and no other is closed before.
-- KEYS budget:{destination}:held, budget:{destination}:digest   ARGV how many of its alerts to return
-- Returns {} or {its beginning, when it was closed, alerts in it, the last of them in the order of their names}
local digest = redis.call('HMGET', KEYS[2], 'open', 'due', 'closed', 'closed_at')
local closed, at = digest[3], digest[4]
if not closed then
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  if not digest[1] or tonumber(digest[2]) > now then return {} end
  closed, at = digest[1], now
  redis.call('HSET', KEYS[2], 'closed', closed, 'closed_at', at)
  redis.call('HDEL', KEYS[2], 'open', 'due')
end
local count = redis.call('ZCOUNT', KEYS[1], closed, closed)
local top = redis.call('ZREVRANGEBYSCORE', KEYS[1], closed, closed, 'LIMIT', 0, ARGV[1])
return {tonumber(closed), tonumber(at), count, top}

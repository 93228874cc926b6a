-- Close the open digest if it is due; the closed one stays until it is told, and no other is closed before.
-- KEYS budget:{destination}:held, budget:{destination}:digest
-- ARGV how many of its alerts to return, first and longest gap between digests in ms, after which time in ms the first
--      one holds again (domain.digest.following_gap_ms)
-- Returns {} or {its beginning, when it was closed, gap after it, alerts in it, the last of them in the order of their
--      names}
local digest = redis.call('HMGET', KEYS[2], 'open', 'due', 'closed', 'closed_at', 'gap')
local closed, at, gap = digest[3], digest[4], digest[5]
if not closed then
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  if not digest[1] or tonumber(digest[2]) > now then return {} end
  if gap and now - tonumber(at) < tonumber(ARGV[4]) then
    gap = math.min(2 * gap, ARGV[3])
  else
    gap = ARGV[2]
  end
  closed, at = digest[1], now
  redis.call('HSET', KEYS[2], 'closed', closed, 'closed_at', at, 'gap', gap)
  redis.call('HDEL', KEYS[2], 'open', 'due')
end
local count = redis.call('ZCOUNT', KEYS[1], closed, closed)
local top = redis.call('ZREVRANGEBYSCORE', KEYS[1], closed, closed, 'LIMIT', 0, ARGV[1])
return {tonumber(closed), tonumber(at), tonumber(gap), count, top}

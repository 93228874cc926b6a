-- Take an alert out of a destination's budget, or put it into the open digest. An alert that was here before is
-- answered as before.
-- KEYS budget:{destination}, budget:{destination}:held, budget:{destination}:digest
--      (zset of alerts paid for, by time in ms; zset of alerts held back, by beginning of their digest; hash of digests)
-- ARGV alert, limit, window in ms, longest gap before a digest with this alert in ms, how long to remember held ones in
--      ms
-- Returns {} if it may go out singly, else {beginning of its digest, ms until that is due, 1 if it is told}
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local digest = redis.call('HMGET', KEYS[3], 'open', 'due', 'told', 'newest', 'closed_at', 'gap')
local open, due, told = tonumber(digest[1]), tonumber(digest[2] or 0), tonumber(digest[3] or 0)

local since = tonumber(redis.call('ZSCORE', KEYS[2], ARGV[1]) or nil)
if since then
  if since <= told then return {since, 0, 1} end
  if since == open then return {since, math.max(0, due - now), 0} end
  return {since, 0, 0}
end
if redis.call('ZSCORE', KEYS[1], ARGV[1]) then return {} end

redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[3])
if redis.call('ZCARD', KEYS[1]) < tonumber(ARGV[2]) then
  redis.call('ZADD', KEYS[1], now, ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  return {}
end

local gap = math.min(digest[6] or 0, ARGV[4])
local earliest = math.max(now, tonumber(digest[5] or 0) + gap)
if not open then
  open = math.max(now, tonumber(digest[4] or 0) + 1) -- grows even when the clock does not: it is the digest's name
  due = earliest
else
  due = math.min(due, earliest)
end
redis.call('HSET', KEYS[3], 'open', open, 'newest', open, 'due', due)
redis.call('ZADD', KEYS[2], open, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - ARGV[5])
redis.call('PEXPIRE', KEYS[2], ARGV[5])
redis.call('PEXPIRE', KEYS[3], ARGV[5])
return {open, math.max(0, due - now), 0}

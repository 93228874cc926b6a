-- Bring the lists up to date. Idempotent: the records are the truth.
-- KEYS index:{tickets}:accepted, :urgency, :changes, :floor, :total_ms
-- ARGV changes to keep, time to live of a record in ms, then (what, id, accepted_at_ms, urgency rank, total_ms or empty)
--      again and again;
--      what: show = list it and note the change, offer = the same, but the urgency of a ticket that is listed stays,
--      touch = note the change if it is listed, remove = leave a tombstone
-- A change has the number max(time in us, the last one + 1), so numbers grow even when the clock does not.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local top = redis.call('ZREVRANGE', KEYS[3], 0, 0, 'WITHSCORES')
local last = tonumber(top[2] or redis.call('GET', KEYS[4]) or 0)

local function change(member, opposite)
  last = math.max(now, last + 1)
  redis.call('ZREM', KEYS[3], opposite)
  redis.call('ZADD', KEYS[3], last, member)
end

for i = 3, #ARGV, 5 do
  local what, id = ARGV[i], ARGV[i + 1]
  if what == 'remove' then
    redis.call('ZREM', KEYS[1], id)
    redis.call('ZREM', KEYS[2], id)
    redis.call('ZREM', KEYS[5], id)
    change('~' .. id, id)
  elseif what == 'show' or what == 'offer' then
    -- A worker may have been faster, and what is listed is then the final urgency. Another time of acceptance is that
    -- of another ticket: one that had this id before.
    local listed = tonumber(redis.call('ZSCORE', KEYS[1], id) or -1) == tonumber(ARGV[i + 2])
    redis.call('ZADD', KEYS[1], ARGV[i + 2], id)
    if what == 'offer' and listed then
      redis.call('ZADD', KEYS[2], 'NX', ARGV[i + 3], id)
    else
      redis.call('ZADD', KEYS[2], ARGV[i + 3], id)
      if ARGV[i + 4] ~= '' then
        redis.call('ZADD', KEYS[5], ARGV[i + 4], id)
      else
        redis.call('ZREM', KEYS[5], id)
      end
    end
    change(id, '~' .. id)
  elseif redis.call('ZSCORE', KEYS[1], id) then
    change(id, '~' .. id)
  end
end

-- The newest number that was dropped tells exactly which cursors have missed something.
local surplus = redis.call('ZCARD', KEYS[3]) - ARGV[1]
if surplus > 0 then
  local dropped = redis.call('ZPOPMIN', KEYS[3], surplus)
  redis.call('SET', KEYS[4], dropped[#dropped])
end
-- A few records that have expired leave the lists with every call, so the lists stay as long as what they list.
local expired = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now / 1000 - ARGV[2], 'LIMIT', 0, 20)
if #expired > 0 then
  redis.call('ZREM', KEYS[1], unpack(expired))
  redis.call('ZREM', KEYS[2], unpack(expired))
  redis.call('ZREM', KEYS[5], unpack(expired))
end
return last

-- Change an incident, or note that a message about it is queued.
-- KEYS {incidents}:groups, {incidents}:active, {incidents}:changes
-- ARGV incident, the status to lead to (empty: none), only if its last ticket joined before now - so many ms (empty: in
--      any case), number of the queued message (0: none), the destinations for which it is queued
-- Returns {1 if something changed, the group as JSON}, or nothing if there is none
local raw = redis.call('HGET', KEYS[1], ARGV[1])
if not raw then
  redis.call('ZREM', KEYS[2], ARGV[1])
  return false
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local group = cjson.decode(raw)
local changed = 0
local status, queued = ARGV[2], tonumber(ARGV[4])
for i = 5, #ARGV do
  if queued > (group.confirmed[ARGV[i]] or 0) then group.confirmed[ARGV[i]], changed = queued, 1 end
end
local over = group.status == 'resolved' or group.status == 'closed'
local quiet = ARGV[3] == '' or group.joined <= now - ARGV[3]
if status ~= '' and not over and group.status ~= status and quiet then
  over = status == 'resolved' or status == 'closed'
  if over and next(group.told) and not group.muted then
    group.update, group.updated = group.update + 1, now -- the summary
    for name in pairs(group.told) do group.told[name] = group.update end
  end
  group.muted = status == 'muted' or (group.muted and status ~= 'acknowledged')
  group.status, changed = status, 1
  redis.call('ZADD', KEYS[3], now, ARGV[1])
end
-- Of a muted one nothing is due any more, whatever was.
local owes = false
for name, update in pairs(group.told) do
  if not group.muted and update > (group.confirmed[name] or 0) then owes = true end
end
if over and not owes then redis.call('ZREM', KEYS[2], ARGV[1]) end
if changed == 1 then
  raw = cjson.encode(group)
  redis.call('HSET', KEYS[1], ARGV[1], raw)
end
return {changed, raw}

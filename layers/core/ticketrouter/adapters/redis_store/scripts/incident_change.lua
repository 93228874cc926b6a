-- Change an incident, or note that a message about it is queued.
-- KEYS {incidents}:groups, {incidents}:active
-- ARGV incident, the status to lead to (empty: none), number of the queued message (0: none), only if its last ticket
--      joined before now - so many ms (empty: in any case)
-- Returns {1 if something changed, the group as JSON}, or nothing if there is none
local raw = redis.call('HGET', KEYS[1], ARGV[1])
if not raw then return false end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local group = cjson.decode(raw)
local changed = 0
local status, queued = ARGV[2], tonumber(ARGV[3])
if queued > group.confirmed then group.confirmed, changed = queued, 1 end
local over = group.status == 'resolved' or group.status == 'closed'
local quiet = ARGV[4] == '' or group.joined <= now - ARGV[4]
if status ~= '' and not over and group.status ~= status and quiet then
  if (status == 'resolved' or status == 'closed') and #group.told > 0 and group.status ~= 'muted' then
    group.update, group.updated = group.update + 1, now -- the summary
  end
  group.muted = group.muted or group.status == 'muted' or status == 'muted'
  group.status, changed = status, 1
  over = status == 'resolved' or status == 'closed'
end
-- Of a muted one nothing is due any more, whatever was.
if over and (group.confirmed >= group.update or group.muted) then redis.call('ZREM', KEYS[2], ARGV[1]) end
if changed == 1 then
  raw = cjson.encode(group)
  redis.call('HSET', KEYS[1], ARGV[1], raw)
end
return {changed, raw}

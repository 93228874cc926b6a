-- Remove a deleted ticket from its group: its answer and what is quoted of it; what was counted stays.
-- KEYS {incidents}:groups, {incidents}:answers, {incidents}:answered, {incidents}:live   ARGV ticket
-- Returns the group's id, or nothing if the ticket is in none
local answer = redis.call('HGET', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
local lived = redis.call('ZREM', KEYS[4], ARGV[1])
if not answer then return false end
redis.call('HDEL', KEYS[2], ARGV[1])
local id = string.sub(answer, 1, 30)
local raw = redis.call('HGET', KEYS[1], id)
if not raw then return id end
local group = cjson.decode(raw)
if lived == 1 then
  group.live = group.live - 1
  if cjson.decode(string.sub(answer, 31)).urgent then group.live_urgent = group.live_urgent - 1 end
end
for name, list in pairs({samples = group.samples, early = group.early}) do
  local kept = {}
  for _, one in ipairs(list) do if one[1] ~= ARGV[1] then kept[#kept + 1] = one end end
  group[name] = kept
end
if group.live <= 0 and not group.formed then
  redis.call('HDEL', KEYS[1], id)
else
  redis.call('HSET', KEYS[1], id, cjson.encode(group))
end
return id

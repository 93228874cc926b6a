-- Let go of tickets that stand for their group no longer, and of answers that nobody asks for any more.
-- KEYS {incidents}:groups, {incidents}:answers, {incidents}:answered and {incidents}:live (by ticket, until when)
-- ARGV how many of each at most
-- Returns 1 if there may be more, else 0
-- with incident_groups
-- with incident_leaving
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local changed = {}

-- An answer is the group's id, 30 bytes, and behind it JSON. Of what leaves, an incident keeps the count, a group nothing.
local function leave(ticket)
  local answer = redis.call('HGET', KEYS[2], ticket)
  if not answer then return end
  local id = string.sub(answer, 1, 30)
  local group = group_of(id)
  if not group then return end
  let_go(group, ticket, cjson.decode(string.sub(answer, 31)))
  changed[id] = true
  if group.live <= 0 and not group.formed then
    groups[id] = false
    redis.call('HDEL', KEYS[1], id)
  end
end

local left = redis.call('ZRANGEBYSCORE', KEYS[4], '-inf', now, 'LIMIT', 0, ARGV[1])
for _, ticket in ipairs(left) do leave(ticket) end
if #left > 0 then redis.call('ZREM', KEYS[4], unpack(left)) end
for id in pairs(changed) do
  if groups[id] then redis.call('HSET', KEYS[1], id, cjson.encode(groups[id])) end
end
local old = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now, 'LIMIT', 0, ARGV[1])
if #old > 0 then
  redis.call('HDEL', KEYS[2], unpack(old))
  redis.call('ZREM', KEYS[3], unpack(old))
end
return (#left == tonumber(ARGV[1]) or #old == tonumber(ARGV[1])) and 1 or 0

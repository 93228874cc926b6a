-- The groups that a script has looked at, each read once. KEYS[1] {incidents}:groups
local groups = {}

local function group_of(id)
  if groups[id] == nil then
    local raw = redis.call('HGET', KEYS[1], id)
    groups[id] = raw and cjson.decode(raw) or false
  end
  return groups[id]
end

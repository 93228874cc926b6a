-- What a group loses with a ticket that leaves it. A script cannot call another: it begins with this one instead.
local function rid(list, ticket)
  local kept = {}
  for _, one in ipairs(list) do if one[1] ~= ticket then kept[#kept + 1] = one end end
  return kept
end

local function let_go(group, ticket, answer)
  group.live = group.live - 1
  if answer.urgent then group.live_urgent = group.live_urgent - 1 end
  if group.formed then return end
  group.count, group.urgent = group.live, group.live_urgent
  local left = (group.categories[answer.category] or 0) - 1
  group.categories[answer.category] = left > 0 and left or nil
  group.samples, group.early, group.top = rid(group.samples, ticket), rid(group.early, ticket), 0
  for i, one in ipairs(group.early) do
    group.first_seen = i == 1 and one[4] or math.min(group.first_seen, one[4])
    group.top = math.max(group.top, one[3])
  end
end

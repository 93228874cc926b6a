-- Put tickets, one after the other, into the groups that they belong to, and decide how each is told. The rules are
-- those of domain/incident.py; a ticket that comes again gets the answer that it had.
-- KEYS {incidents}:groups, {incidents}:answers, {incidents}:answered and {incidents}:live (by ticket, until when),
--      index:{incidents}, {incidents}:active, {incidents}:changes
-- ARGV rules, then tickets, all as JSON
-- Returns for each ticket {answer, group, 1 if it has joined before}, the first two as JSON
-- with incident_groups
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local rules = cjson.decode(ARGV[1])
local changed = {}

local function has(list, value)
  for _, one in ipairs(list) do if one == value then return true end end
  return false
end

local function union(list, others)
  local all = {}
  for _, one in ipairs(list) do all[#all + 1] = one end
  for _, one in ipairs(others) do if not has(all, one) then all[#all + 1] = one end end
  table.sort(all)
  return all
end

local function without(list, others)
  local rest = {}
  for _, one in ipairs(list) do if not has(others, one) then rest[#rest + 1] = one end end
  table.sort(rest)
  return rest
end

local function names_of(map)
  local names = {}
  for name in pairs(map) do names[#names + 1] = name end
  table.sort(names)
  return names
end

-- An answer is the group's id, 30 bytes, and behind it JSON; it is kept for longer than a ticket stands for its group.
-- Returns the group that a ticket joins, or nil, and of how many of its members the ticket is as good as a duplicate.
local function choose(neighbours, closest)
  local hits, close = {}, {}
  if #neighbours > 0 then
    local answers = redis.call('HMGET', KEYS[2], unpack(neighbours))
    local live = redis.call('ZMSCORE', KEYS[4], unpack(neighbours))
    for at, answer in ipairs(answers) do
      if answer and live[at] then
        local id = string.sub(answer, 1, 30)
        hits[id] = (hits[id] or 0) + 1
        if at <= closest then close[id] = (close[id] or 0) + 1 end
      end
    end
  end
  local best
  for id, count in pairs(hits) do
    local group = group_of(id)
    if group and group.status ~= 'resolved' and group.status ~= 'closed'
      and count >= rules.share * math.min(group.live, rules.neighbours) then
      local better = not best or group.live > best.live
      if best and group.live == best.live then
        better = count > hits[best.id] or (count == hits[best.id] and id < best.id)
      end
      if better then best = group end
    end
  end
  return best, best and close[best.id] or 0
end

local function passes_step(told, count)
  local last = rules.steps[#rules.steps]
  for _, step in ipairs(rules.steps) do
    if step > told then return count >= step end
  end
  return count >= (math.floor(told / last) + 1) * last
end

local function note(group, ticket)
  group.told_categories = union(group.told_categories, {ticket.category})
  group.told_urgency = math.max(group.told_urgency, ticket.urgency)
end

local function tell(group, ticket)
  if not has(group.told_categories, ticket.category) or ticket.urgency > group.told_urgency + rules.margin then
    note(group, ticket)
    return {}
  end
  if group.muted then
    for _, name in ipairs(ticket.destinations) do group.told[name] = group.told[name] or 0 end
    return {suppressed = union({}, ticket.destinations)}
  end
  local new = {}
  for _, name in ipairs(ticket.destinations) do
    if (group.told[name] or 0) == 0 then new[#new + 1] = name end
  end
  table.sort(new)
  local grows = group.status == 'open' and passes_step(group.told_count, group.urgent)
  if #new == 0 and not grows then return {suppressed = union({}, ticket.destinations)} end
  group.updated = now
  for _, name in ipairs(new) do group.told[name] = group.update end
  if grows then
    group.update, group.told_count = group.update + 1, group.urgent
    for name in pairs(group.told) do group.told[name] = group.update end
    return {announce = names_of(group.told), phase = 'grown', update = group.update}
  end
  return {announce = new, suppressed = without(ticket.destinations, new), phase = 'opened', update = group.update}
end

local function announce(group, ticket)
  group.announced, group.updated, group.update, group.told_count = now, now, 1, group.urgent
  for _, name in ipairs(ticket.destinations) do group.told[name] = 1 end
  for name in pairs(group.told) do group.told[name] = 1 end
  return {announce = names_of(group.told), phase = 'opened', update = 1}
end

local function add(group, ticket, close)
  group.count, group.live = group.count + 1, group.live + 1
  local earlier = ticket.accepted < group.first_seen
  group.first_seen = math.min(group.first_seen, ticket.accepted)
  group.last_seen = math.max(group.last_seen, ticket.accepted)
  group.joined = now
  group.categories[ticket.category] = (group.categories[ticket.category] or 0) + 1
  group.top = math.max(group.top, ticket.urgency)
  if #group.samples < rules.samples then group.samples[#group.samples + 1] = {ticket.id, ticket.excerpt} end
  if ticket.urgent then group.urgent, group.live_urgent = group.urgent + 1, group.live_urgent + 1 end
  local link
  if not group.formed then
    group.early[#group.early + 1] = {ticket.id, ticket.similarity, ticket.urgency, ticket.accepted}
    if group.live > rules.limit then
      group.formed, link, group.early = true, group.early, {}
      redis.call('ZADD', KEYS[6], group.first_seen, group.id)
    end
  end
  if link or group.formed and earlier then redis.call('ZADD', KEYS[5], group.first_seen, group.id) end
  local answer = {}
  if ticket.urgent and #ticket.destinations > 0 then
    if group.announced or group.muted then
      if close >= rules.close then answer = tell(group, ticket) end
    else
      note(group, ticket)
      if close >= rules.close and group.live_urgent > rules.limit then answer = announce(group, ticket) end
    end
  end
  answer.link, answer.urgent, answer.category = link, ticket.urgent, ticket.category
  return answer
end

local replies = {}
for i = 2, #ARGV do
  local ticket = cjson.decode(ARGV[i])
  local answer = redis.call('HGET', KEYS[2], ticket.id)
  local before = answer and group_of(string.sub(answer, 1, 30))
  if before then
    replies[#replies + 1] = {string.sub(answer, 31), cjson.encode(before), 1}
  else
    local group, close = choose(ticket.neighbours, ticket.close)
    if not group then
      group = {id = ticket.group, status = 'open', first_seen = ticket.accepted, last_seen = ticket.accepted,
        joined = now, count = 0, urgent = 0, live = 0, live_urgent = 0, formed = false, update = 0, updated = 0,
        confirmed = {}, categories = {}, samples = {}, told = {}, told_categories = {}, told_urgency = 0,
        told_count = 0, top = 0, early = {}, muted = false}
      groups[group.id] = group
    end
    local found = cjson.encode(add(group, ticket, close))
    redis.call('HSET', KEYS[2], ticket.id, group.id .. found)
    redis.call('ZADD', KEYS[3], now + rules.answer_ttl_ms, ticket.id)
    redis.call('ZADD', KEYS[4], now + rules.window_ms, ticket.id)
    changed[group.id] = true
    if group.formed then redis.call('ZADD', KEYS[7], now, group.id) end
    replies[#replies + 1] = {found, cjson.encode(group), 0}
  end
end

for id in pairs(changed) do
  if groups[id] then redis.call('HSET', KEYS[1], id, cjson.encode(groups[id])) end
end
-- The reconciler takes out what is old one by one; should nobody do so any more, all of it goes at last.
for i = 1, #KEYS do redis.call('PEXPIRE', KEYS[i], rules.record_ttl_ms) end
return replies

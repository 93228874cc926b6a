-- Remove a deleted ticket from its group: its answer and what is quoted of it; what an incident has counted stays.
-- KEYS {incidents}:groups, {incidents}:answers, {incidents}:answered, {incidents}:live, {incidents}:changes
-- ARGV ticket, its incident as its record tells it (empty: none), for an answer is forgotten long before an incident is
-- Returns nothing if the ticket is in no group, else {the group's id, 1 if it has joined of late, else 0}
-- with incident_leaving
local answer = redis.call('HGET', KEYS[2], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
local lived = redis.call('ZREM', KEYS[4], ARGV[1])
local id = answer and string.sub(answer, 1, 30) or ARGV[2]
if id == '' then return false end
local raw = redis.call('HGET', KEYS[1], id)
if not raw then return {id, answer and 1 or 0} end
local group = cjson.decode(raw)
if answer and lived == 1 then let_go(group, ARGV[1], cjson.decode(string.sub(answer, 31))) end
group.samples = rid(group.samples, ARGV[1])
if group.live <= 0 and not group.formed then
  redis.call('HDEL', KEYS[1], id)
else
  redis.call('HSET', KEYS[1], id, cjson.encode(group))
  if group.formed then
    local time = redis.call('TIME')
    redis.call('ZADD', KEYS[5], time[1] * 1000 + math.floor(time[2] / 1000), id)
  end
end
return {id, answer and 1 or 0}

-- Let tickets stand for their incident for another while; one that had lapsed stands again.
-- KEYS {incidents}:groups, {incidents}:answers, {incidents}:answered and {incidents}:live (by ticket, until when)
-- ARGV incident, for how many ms, for how many ms an answer is kept, tickets
-- Returns the tickets that have no answer any more: they were deleted
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local raw = redis.call('HGET', KEYS[1], ARGV[1])
if not raw then return {} end
local group = cjson.decode(raw)
local forgotten = {}
for i = 4, #ARGV do
  local answer = redis.call('HGET', KEYS[2], ARGV[i])
  if not answer then
    forgotten[#forgotten + 1] = ARGV[i]
  elseif string.sub(answer, 1, 30) == ARGV[1] then
    redis.call('ZADD', KEYS[3], 'GT', now + ARGV[3], ARGV[i])
    if redis.call('ZADD', KEYS[4], 'GT', now + ARGV[2], ARGV[i]) == 1 then
      group.live = group.live + 1
      if cjson.decode(string.sub(answer, 31)).urgent then group.live_urgent = group.live_urgent + 1 end
    end
  end
end
redis.call('HSET', KEYS[1], ARGV[1], cjson.encode(group))
return forgotten

-- Take back an attempt that an outage of ours ended.   KEYS[1] ticket:{id}   Returns 1 if one was taken back, else 0
local held = redis.call('HMGET', KEYS[1], 'state', 'attempts')
if held[1] ~= 'queued' or tonumber(held[2] or 0) < 1 then return 0 end
redis.call('HINCRBY', KEYS[1], 'attempts', -1)
return 1

-- Note something about a delivery, if there is one: a stray field would make a record that never expires.
-- KEYS[1] delivery:{about}:destination   ARGV field, value
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
return redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])

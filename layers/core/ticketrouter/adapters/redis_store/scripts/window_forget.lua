-- Take a deleted ticket's vectors out of the window, a part at a time.
-- KEYS[1] {incidents}:window   ARGV where to begin, entries to look at, ticket
-- Returns the last entry that was looked at, or nothing at the end
local entries = redis.call('XRANGE', KEYS[1], ARGV[1], '+', 'COUNT', ARGV[2])
for _, entry in ipairs(entries) do
  local fields = entry[2] -- t, ticket, m, model, v, vector; a deletion's is empty, and is what workers are told by
  if fields[2] == ARGV[3] and fields[6] ~= '' then redis.call('XDEL', KEYS[1], entry[1]) end
end
return #entries == tonumber(ARGV[2]) and entries[#entries][1] or false

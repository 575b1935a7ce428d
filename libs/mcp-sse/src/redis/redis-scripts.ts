/**
 * KEYS: session, log, requests in flight. Positions are text throughout: Lua's numbers would lose digits. Every command
 * counts: `bytes` of the log come from its owner, who renews the keys too.
 */
const APPEND = `
local epoch, node, creates, ttl = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local maxEvents, maxBytes, floor, channel = tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7], ARGV[8]
local bytes, base = tonumber(ARGV[9]), ARGV[10]
local current = redis.call('HGET', KEYS[1], 'epoch')
if not current then
  if creates == '0' then return { 'missing' } end
  redis.call('HSET', KEYS[1], 'epoch', epoch, 'node', node, 'ttl', ttl, 'floor', '0')
  redis.call('PEXPIRE', KEYS[1], ttl)
elseif current ~= epoch then
  return { 'fenced' }
end
if floor ~= '' then
  redis.call('DEL', KEYS[2])
  redis.call('HSET', KEYS[1], 'floor', floor)
  bytes = 0
end

local at = 11
local function following(size)
  local count = tonumber(ARGV[at]) * size
  local first = at + 1
  at = first + count
  return first, at - 1
end
local function each(command, key, first, last)
  -- In parts, since a call limits the number of its arguments.
  for start = first, last, 1000 do redis.call(command, key, unpack(ARGV, start, math.min(start + 999, last))) end
end
local function expire(key) redis.call('PEXPIRE', key, redis.call('HGET', KEYS[1], 'ttl')) end
each('HSET', KEYS[1], following(2))
each('HDEL', KEYS[1], following(1))
local first, last = following(2)
each('HSET', KEYS[3], first, last)
if first <= last then expire(KEYS[3]) end
each('HDEL', KEYS[3], following(1))

first, last = following(3)
if first > last then return { 'ok' } end
if not bytes then
  bytes = 0
  for _, item in ipairs(redis.call('XRANGE', KEYS[2], '-', '+')) do bytes = bytes + (tonumber(item[2][4]) or 0) end
end
for index = first, last, 3 do
  local position, length, entry = ARGV[index], ARGV[index + 1], ARGV[index + 2]
  local added = redis.pcall('XADD', KEYS[2], position .. '-0', 'e', entry, 'l', length)
  if type(added) ~= 'table' then
    bytes = bytes + tonumber(length)
    if channel ~= '' then redis.call('PUBLISH', channel, entry) end
  elseif not string.find(added.err, 'equal or smaller', 1, true) then
    return added
  end
end
expire(KEYS[2])
-- The log takes no event of a former owner, whatever entries it has. Fails if one of this owner's is there.
if floor ~= '' then redis.pcall('XSETID', KEYS[2], base) end
local events = redis.call('XLEN', KEYS[2])
if events > maxEvents or bytes > maxBytes then
  -- Drops more than it must, so that the next events need not look.
  local kept = events > maxEvents and maxEvents - math.floor(maxEvents / 16) or maxEvents
  local dropped = '-'
  while events > kept or bytes > maxBytes do
    local oldest = redis.call('XRANGE', KEYS[2], dropped, '+', 'COUNT', 64)
    if #oldest == 0 then break end
    for _, item in ipairs(oldest) do
      if events <= kept and bytes <= maxBytes then break end
      bytes = bytes - (tonumber(item[2][4]) or 0)
      events = events - 1
      floor = string.match(item[1], '^%d+')
    end
    dropped = floor .. '-1'
  end
  redis.call('XTRIM', KEYS[2], 'MINID', dropped)
  redis.call('HSET', KEYS[1], 'floor', floor)
end
return { 'ok', string.format('%.0f', bytes), events }
`;

const READ = `
local floor = redis.call('HGET', KEYS[1], 'floor')
if not floor then return false end
local entries = {}
for index, item in ipairs(redis.call('XRANGE', KEYS[2], ARGV[1] .. '-0', '+')) do entries[index] = item[2][2] end
return { floor, entries }
`;

const ADOPT = `
local state = redis.call('HMGET', KEYS[1], 'node', 'epoch', 'ttl')
if state[1] ~= ARGV[1] or state[2] ~= ARGV[2] then return false end
local epoch = string.format('%d', tonumber(state[2]) + 1)
redis.call('HSET', KEYS[1], 'node', ARGV[3], 'epoch', epoch)
-- From now on the log takes no event of a former owner. Fails without a log, or with one that is no stream.
redis.pcall('XSETID', KEYS[2], string.format('%.0f', tonumber(epoch) * tonumber(ARGV[4])))
for index = 1, 3 do redis.call('PEXPIRE', KEYS[index], state[3]) end
local entries = {}
for index, item in ipairs(redis.call('XRANGE', KEYS[2], '-', '+')) do entries[index] = item[2][2] end
return { redis.call('HGETALL', KEYS[1]), epoch, redis.call('HGETALL', KEYS[3]), entries }
`;

const OWNED = `
local epoch = redis.call('HGET', KEYS[1], 'epoch')
if not epoch then return 'missing' end
if epoch ~= ARGV[1] then return 'fenced' end
`;

const RELEASE = `${OWNED}
redis.call('HSET', KEYS[1], 'node', '', 'epoch', string.format('%d', tonumber(epoch) + 1))
return 'ok'
`;

const RENEW = `${OWNED}
for index = 1, 3 do redis.call('PEXPIRE', KEYS[index], redis.call('HGET', KEYS[1], 'ttl')) end
return 'ok'
`;

const REMOVE = `${OWNED}
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])
return 'ok'
`;

/** In one step, so that the value that stands cannot expire between two commands. */
const AGREE = `
local standing = redis.call('GET', KEYS[1])
if standing then return standing end
if ARGV[2] == '' then redis.call('SET', KEYS[1], ARGV[1]) else redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) end
return ARGV[1]
`;

/** In milliseconds, by the clock of Redis, since nodes have several. */
const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/** KEYS: texts by id, ids by when they expire. What has expired goes first, then what is oldest. */
const KEEP_RESULT = `${NOW}
local id, text, ttl, maxBytes, maxKept = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local function drop(ids)
  for _, each in ipairs(ids) do
    redis.call('HDEL', KEYS[1], each)
    redis.call('ZREM', KEYS[2], each)
  end
end
drop(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now))
redis.call('HSET', KEYS[1], id, text)
redis.call('ZADD', KEYS[2], now + ttl, id)
local ids = redis.call('ZRANGE', KEYS[2], 0, -1)
local bytes = 0
for _, each in ipairs(ids) do bytes = bytes + redis.call('HSTRLEN', KEYS[1], each) end
local oldest = 1
while bytes > maxBytes or #ids - oldest >= maxKept do
  bytes = bytes - redis.call('HSTRLEN', KEYS[1], ids[oldest])
  drop({ ids[oldest] })
  oldest = oldest + 1
end
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ttl) end
return redis.call('HEXISTS', KEYS[1], id)
`;

const FIND_RESULT = `${NOW}
local expiry = redis.call('ZSCORE', KEYS[2], ARGV[1])
if not expiry or tonumber(expiry) <= now then return false end
return redis.call('HGET', KEYS[1], ARGV[1])
`;

/** KEYS: the places of an owner. */
const TASK_PLACE = `${NOW}
local id, ttl, max = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now))
if redis.call('ZCARD', KEYS[1]) >= max then return 0 end
redis.call('ZADD', KEYS[1], string.format('%.0f', now + ttl), id)
if redis.call('PTTL', KEYS[1]) < ttl then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 1
`;

/** KEYS: the task. Its id is unique, so nothing is there yet. */
const TASK_CREATE = `
local channel, id, ttl = ARGV[1], ARGV[2], ARGV[3]
redis.call('HSET', KEYS[1], unpack(ARGV, 4))
redis.call('PEXPIRE', KEYS[1], ttl)
redis.call('PUBLISH', channel, id)
`;

/** KEYS: the task. */
const TASK_CHANGE = `
local channel, id, version, count = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
if redis.call('HGET', KEYS[1], 'version') ~= version then return 0 end
if count > 0 then redis.call('HSET', KEYS[1], unpack(ARGV, 5, 4 + count)) end
if #ARGV > 4 + count then redis.call('HDEL', KEYS[1], unpack(ARGV, 5 + count)) end
redis.call('HINCRBY', KEYS[1], 'version', 1)
redis.call('PUBLISH', channel, id)
return 1
`;

/** The scripts of steps that nothing may interrupt, for ioredis. */
export const REDIS_SCRIPTS = {
  mcpAppend: { lua: APPEND, numberOfKeys: 3 },
  mcpRead: { lua: READ, numberOfKeys: 3 },
  mcpAdopt: { lua: ADOPT, numberOfKeys: 3 },
  mcpRelease: { lua: RELEASE, numberOfKeys: 3 },
  mcpRenew: { lua: RENEW, numberOfKeys: 3 },
  mcpRemove: { lua: REMOVE, numberOfKeys: 3 },
  mcpAgree: { lua: AGREE, numberOfKeys: 1 },
  mcpKeepResult: { lua: KEEP_RESULT, numberOfKeys: 2 },
  mcpFindResult: { lua: FIND_RESULT, numberOfKeys: 2 },
  mcpTaskPlace: { lua: TASK_PLACE, numberOfKeys: 1 },
  mcpTaskCreate: { lua: TASK_CREATE, numberOfKeys: 1 },
  mcpTaskChange: { lua: TASK_CHANGE, numberOfKeys: 1 },
} as const;

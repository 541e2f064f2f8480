-- Reads the token usage of a model's answer for the token limits, chunk by chunk as it passes through.
-- Text that a model writes cannot pose as usage: quotes are escaped within JSON strings.
local TAIL = 64 -- bytes kept of each chunk, for a number that two chunks share

-- The metadata object is valid within one chunk only.
local function count(response, tokens)
  response:streamInfo():dynamicMetadata():set("gpu-cluster", "tokens", tokens)
end

function envoy_on_request(request)
  request:headers():remove("accept-encoding") -- a compressed answer could not be read
end

function envoy_on_response(response)
  count(response, 0)
  local kind = response:headers():get("content-type") or ""
  local streamed = kind:find("event-stream", 1, true) ~= nil
  if not streamed and kind:find("json", 1, true) == nil then
    return
  end
  local tail, events, found = "", 0, {}
  for chunk in response:bodyChunks() do
    local bytes = chunk:getBytes(0, chunk:length())
    local text = tail .. bytes
    for name, number in text:gmatch('"(%l+)_tokens"%s*:%s*(%d+)') do
      found[name] = tonumber(number)
    end
    tail = text:sub(-TAIL)
    if streamed then
      events = events + select(2, bytes:gsub("\n\n", ""))
    end
    -- Set with every chunk: a client may leave before the end. An event of a stream has about one token.
    local counted = found.input and found.input + (found.output or 0)
    count(response, found.total or counted or events)
  end
end

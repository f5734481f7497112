using System.Net.WebSockets;
using System.Text.Json.Nodes;

namespace Deliberate.Server;

/// <summary>
/// <c>/v1/responses</c> over a WebSocket: each text message <c>{"type": "response.create", ...}</c> is a request, whose events come back as
/// messages, one response at a time. The latest response of the connection can be gone on from even where it is not stored, until going on from it
/// fails. <c>"generate": false</c> reads a prompt ahead and answers nothing.
/// </summary>
internal static class ResponseSocket
{
    public static async Task HandleAsync(ApiExchange exchange)
    {
        if (!exchange.Context.WebSockets.IsWebSocketRequest) throw new ApiError(405, "GET is for a WebSocket here; make a response with POST.", code: "method_not_allowed") { Allow = ["POST"] };
        using var socket = await exchange.Context.WebSockets.AcceptWebSocketAsync();
        var api = exchange.Api;
        // The latest response and those that it goes on from, by their ids.
        var (chain, latest) = (new Dictionary<string, StoredResponse>(StringComparer.Ordinal), "");
        var ends = exchange.Context.RequestAborted;
        // A connection that says nothing keeps no model, and no server from stopping.
        exchange.Scope?.Dispose();
        while (!api.IsEnding && await ReceiveAsync(socket, api.Options.MaxBodyBytes, ends) is { } message)
        {
            var sequence = 0;
            string? previous = null;
            using var scope = api.TryBegin();
            try
            {
                if (scope is null) throw new ApiError(503, "The server is stopping.", code: "stopping");
                var fields = ApiJson.Parse(message);
                if (fields.Needed("type", 100) is not "response.create" and var type) throw ApiError.Invalid($"'type' is \"{JsonFields.Short(type)}\", and has to be response.create.", "type");
                api.Limits.Enter(exchange.Caller, new Microsoft.AspNetCore.Http.HeaderDictionary());
                var inner = JsonNode.Parse(fields.Element.GetRawText())!.AsObject();
                inner.Remove("type");
                // A socket streams; saying so is not needed, and saying otherwise means nothing.
                inner.Remove("stream");
                inner.Remove("background");
                inner.Remove("generate");
                previous = fields.Text("previous_response_id", 100);
                var request = ResponseRequest.Read(ApiJson.Parse(ApiJson.Bytes(inner)), api, exchange.Caller, id => previous == latest ? chain.GetValueOrDefault(id) : null) with { IsWarmup = fields.Flag("generate") == false };
                exchange.Model = request.Entry.Model.Name;
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(ends);
                limit.CancelAfter(api.Options.Timeout);
                var run = new ResponseRun(request, api, exchange.Caller, happened =>
                {
                    sequence++;
                    return SendAsync(socket, happened, ends);
                });
                var told = new ResponseAccount(ResponseAccount.Socket, request, exchange);
                try
                {
                    await run.RunAsync(request.Entry.Queue.EnterAsync(exchange.Caller.Id, 1, limit.Token), told.Use, error => ends.IsCancellationRequested ? null : told.Fail(ApiFaults.Of(error, exchange)), limit.Token);
                }
                finally
                {
                    told.End(run);
                }

                var kept = run.Kept;
                var isWhole = kept.Response["status"]!.GetValue<string>() is "completed" or "incomplete";
                if (isWhole != (previous == latest)) latest = Forget(chain);
                if (isWhole) (latest, chain[kept.Id]) = (kept.Id, kept);
            }
            catch (Exception error) when (!ends.IsCancellationRequested && error is not WebSocketException)
            {
                if (previous == latest) latest = Forget(chain);
                var told = ApiFaults.Of(error, exchange);
                await SendAsync(socket, new JsonObject { ["type"] = "error", ["sequence_number"] = sequence, ["status"] = told.Status, ["code"] = told.Code, ["message"] = told.Message, ["param"] = told.Param, ["error"] = told.Shape() }, ends);
            }
        }

        if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived) await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, ends);
    }

    /// <returns>That there is no latest response.</returns>
    private static string Forget(Dictionary<string, StoredResponse> chain)
    {
        chain.Clear();
        return "";
    }

    /// <summary>The next text message; null at the end.</summary>
    private static async Task<byte[]?> ReceiveAsync(WebSocket socket, long most, CancellationToken cancellation)
    {
        using var message = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            WebSocketReceiveResult part;
            try
            {
                part = await socket.ReceiveAsync(buffer, cancellation);
            }
            catch (WebSocketException)
            {
                // It went away without a word.
                return null;
            }

            if (part.MessageType == WebSocketMessageType.Close) return null;
            message.Write(buffer, 0, part.Count);
            if (message.Length > most)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.MessageTooBig, "The message is too large.", cancellation);
                return null;
            }

            if (part.EndOfMessage) return message.ToArray();
        }
    }

    private static Task SendAsync(WebSocket socket, JsonObject happened, CancellationToken cancellation) => socket.SendAsync(ApiJson.Bytes(happened), WebSocketMessageType.Text, endOfMessage: true, cancellation);
}

using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Deliberate.Server;

/// <summary><c>/v1/responses</c>: make one, whole, streamed or in the background; look at it, end it, forget it.</summary>
internal static class ResponsesEndpoint
{
    public static async Task CreateAsync(ApiExchange exchange)
    {
        var api = exchange.Api;
        var request = ResponseRequest.Read(await ApiJson.ReadAsync(exchange.Context), api, exchange.Caller);
        exchange.Model = request.Entry.Model.Name;
        if (request.IsBackground)
        {
            await BackgroundAsync(request, exchange);
            return;
        }

        using var limit = exchange.Limit();
        var place = request.Entry.Queue.EnterAsync(exchange.Caller.Id, 1, limit.Token);
        // A request that is refused is refused with its status, streamed or not.
        if (place.IsFaulted) await place;
        ApiError? failure = null;
        ApiError? Fault(Exception error) => exchange.Context.RequestAborted.IsCancellationRequested ? null : failure = ApiFaults.Of(error, exchange);
        if (request.Streams)
        {
            await exchange.StreamAsync(async stream =>
            {
                var run = new ResponseRun(request, api, exchange.Caller, happened => stream.SendAsync(happened, happened["type"]!.GetValue<string>()));
                await stream.WhileAsync(run.RunAsync(place, exchange.Use, Fault, limit.Token));
                if (failure is not null) exchange.LateStatus = failure.Status;
                await stream.DoneAsync();
            });
            return;
        }

        var whole = new ResponseRun(request, api, exchange.Caller, static _ => Task.CompletedTask);
        await whole.RunAsync(place, exchange.Use, Fault, limit.Token);
        if (failure is not null) throw failure;
        await ApiJson.WriteAsync(exchange.Context, whole.Snapshot());
    }

    public static async Task GetAsync(ApiExchange exchange)
    {
        var query = exchange.Context.Request.Query;
        var id = exchange.Context.Value("id");
        if (query["stream"] == "true")
        {
            if (exchange.Api.Jobs.Find(id, exchange.Caller) is not { } streamed)
            {
                Find(exchange, id);
                throw ApiError.Invalid("The events of this response are not there to be streamed; only those of one in the background are, while it is made and a few minutes after.", "stream");
            }

            var after = -1L;
            if (query["starting_after"] is [{ } text] && !long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out after)) throw ApiError.Invalid("'starting_after' has to be a whole number.", "starting_after", "invalid_type");
            await exchange.StreamAsync(stream => RelayAsync(stream, streamed, after, exchange));
            return;
        }

        var response = exchange.Api.Jobs.Find(id, exchange.Caller) is { } job ? job.Run.Snapshot() : Find(exchange, id).Response;
        await ApiJson.WriteAsync(exchange.Context, ResponseWriter.Shown(response, Includes(query)));
    }

    public static async Task DeleteAsync(ApiExchange exchange)
    {
        var id = exchange.Context.Value("id");
        if (exchange.Api.Jobs.Find(id, exchange.Caller) is { } job)
        {
            await job.CancelAsync();
            await job.WaitAsync(exchange.Context.RequestAborted);
        }

        if (exchange.Api.Store?.Delete(id, exchange.Caller.Id) != true) throw Unknown(id);
        exchange.Api.Jobs.Remove(id);
        await ApiJson.WriteAsync(exchange.Context, new JsonObject { ["id"] = id, ["object"] = "response.deleted", ["deleted"] = true });
    }

    public static async Task CancelAsync(ApiExchange exchange)
    {
        var id = exchange.Context.Value("id");
        if (exchange.Api.Jobs.Find(id, exchange.Caller) is { } job)
        {
            await job.CancelAsync();
            await job.WaitAsync(exchange.Context.RequestAborted);
            await ApiJson.WriteAsync(exchange.Context, job.Run.Snapshot());
            return;
        }

        var stored = Find(exchange, id);
        if (stored.Response["background"]?.GetValue<bool>() != true) throw ApiError.Invalid("Only a response in the background can be cancelled; another ends with its connection.", null, "not_in_background");
        await ApiJson.WriteAsync(exchange.Context, ResponseWriter.Shown(stored.Response, showsSealed: false));
    }

    public static Task InputItemsAsync(ApiExchange exchange)
    {
        var id = exchange.Context.Value("id");
        var input = exchange.Api.Jobs.Find(id, exchange.Caller)?.Run.Kept.Input ?? Find(exchange, id).Input;
        return ApiJson.WriteAsync(exchange.Context, ItemList.Of([.. input.Select(i => i!.AsObject()).Where(i => i["type"]!.GetValue<string>() != "item_reference")], exchange.Context.Request.Query, "desc"));
    }

    /// <summary><c>POST /v1/responses/input_tokens</c>: how many tokens a request would bring.</summary>
    public static async Task CountAsync(ApiExchange exchange)
    {
        var request = ResponseRequest.Read(await ApiJson.ReadAsync(exchange.Context), exchange.Api, exchange.Caller);
        exchange.Model = request.Entry.Model.Name;
        await ApiJson.WriteAsync(exchange.Context, new JsonObject { ["object"] = "response.input_tokens", ["input_tokens"] = request.Prepared.Prompt.Tokens.Length });
    }

    private static async Task BackgroundAsync(ResponseRequest request, ApiExchange exchange)
    {
        var job = await exchange.Api.Jobs.StartAsync(request, exchange);
        if (request.Streams) await exchange.StreamAsync(stream => RelayAsync(stream, job, -1, exchange));
        else await ApiJson.WriteAsync(exchange.Context, job.Run.Snapshot());
    }

    private static async Task RelayAsync(EventStream stream, ResponseJob job, long after, ApiExchange exchange)
    {
        await foreach (var happened in stream.Alive(job.Events(after, exchange.Context.RequestAborted))) await stream.SendAsync(happened, happened["type"]!.GetValue<string>());
        await stream.DoneAsync();
    }

    private static StoredResponse Find(ApiExchange exchange, string id) => exchange.Api.Store?.Find(id, exchange.Caller.Id) ?? throw Unknown(id);

    private static ApiError Unknown(string id) => ApiError.NotFound($"There is no response '{JsonFields.Short(id)}' that is stored.", "response_id", "response_not_found");

    private static bool Includes(IQueryCollection query) => query["include"].Concat(query["include[]"]).Any(i => i == "reasoning.encrypted_content");
}

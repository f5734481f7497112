using Microsoft.AspNetCore.Http;

namespace Deliberate.Server;

/// <summary>One request to the interface on its way: whose it is, and what becomes known of it for counts and logs.</summary>
internal sealed class ApiExchange(ApiServer api, HttpContext context, ApiCaller caller, string route)
{
    public ApiServer Api { get; } = api;

    public HttpContext Context { get; } = context;

    public ApiCaller Caller { get; } = caller;

    /// <summary>Without ids: <c>/v1/responses/{id}</c>.</summary>
    public string Route { get; } = route;

    public string Id { get; } = "req_" + Identifiers.Random(24);

    /// <summary>What the server counts it as in work by; a connection that waits for messages has one for each of them instead.</summary>
    public IDisposable? Scope { get; init; }

    /// <summary>Empty until one is known.</summary>
    public string Model { get; set; } = "";

    public AnswerUsage? Usage { get; private set; }

    /// <summary>A fault after the answer's beginning; its status is sent by then.</summary>
    public int? LateStatus { get; set; }

    /// <summary>Ends with the client, or with the time that a request may take.</summary>
    public CancellationTokenSource Limit()
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(Context.RequestAborted);
        limit.CancelAfter(Api.Options.Timeout);
        return limit;
    }

    /// <summary>Counts what an answer took.</summary>
    public void Use(AnswerUsage usage)
    {
        Usage = usage;
        Api.Limits.Use(Caller, usage.Total);
    }

    public string Fingerprint(IServedModel model) => "fp_" + model.Hash[..10];

    /// <summary>Streams an answer; a fault on the way is an event, since the status is sent by then.</summary>
    public async Task StreamAsync(Func<EventStream, Task> write, Func<EventStream, ApiError, Task>? fail = null)
    {
        using var stream = new EventStream(Context);
        await stream.BeginAsync();
        try
        {
            await write(stream);
        }
        catch (Exception error) when (!Context.RequestAborted.IsCancellationRequested)
        {
            var told = ApiFaults.Of(error, this);
            LateStatus = told.Status;
            if (fail is not null) await fail(stream, told);
            else await stream.SendAsync(new System.Text.Json.Nodes.JsonObject { ["error"] = told.Shape() });
        }
    }
}

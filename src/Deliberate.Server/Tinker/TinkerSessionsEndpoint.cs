using System.Globalization;
using System.Text.Json.Nodes;

namespace Deliberate.Server;

/// <summary>Who is there and what there is: health, capabilities, sessions, results of requests.</summary>
internal static class TinkerSessionsEndpoint
{
    public static Task HealthAsync(TinkerCall call) => call.AnswerAsync(new JsonObject { ["status"] = "ok" });

    /// <summary>What the SDK is to do: send passes one after the other, as protocol buffers that are compressed.</summary>
    public static Task ConfigAsync(TinkerCall call) => call.AnswerAsync(new JsonObject
    {
        ["pjwt_auth_enabled"] = false,
        ["credential_default_source"] = "api_key",
        ["parallel_fwdbwd_chunks"] = false,
        ["proto_write_fwdbwd"] = true,
        ["proto_compress_fwdbwd"] = true,
        ["create_model_via_load_weights"] = false,
        ["sample_use_retrieve_futures"] = false,
    });

    public static Task DynamicConfigAsync(TinkerCall call) => call.AnswerAsync(new JsonObject { ["refresh_interval_sec"] = 3600, ["sample_cancel_enabled"] = false });

    public static Task CapabilitiesAsync(TinkerCall call) => call.AnswerAsync(new JsonObject
    {
        ["supported_models"] = new JsonArray(new JsonObject { ["model_name"] = call.Service.Options.Name, ["max_context_length"] = call.Service.Host.Model.Context, ["trainable"] = true, ["sampleable"] = true }),
        ["supported_loss_fns"] = new JsonArray([.. Training.HostedLoss.All.Select(l => (JsonNode)l.Name)]),
        ["max_train_tokens"] = call.Service.Host.LongestSequence,
    });

    public static async Task CreateAsync(TinkerCall call)
    {
        var (body, _) = await call.JsonAsync();
        var session = call.Service.Sessions.Begin(call.Owner, body.Copy("tags"), body.Copy("user_metadata"));
        await call.AnswerAsync(new JsonObject { ["type"] = "create_session", ["session_id"] = session.Id, ["info_message"] = null, ["warning_message"] = null, ["error_message"] = null });
    }

    public static async Task HeartbeatAsync(TinkerCall call)
    {
        var (body, _) = await call.JsonAsync();
        call.Service.Sessions.Find(body.Needed("session_id", 200), call.Owner);
        await call.AnswerAsync(new JsonObject { ["type"] = "session_heartbeat" });
    }

    public static async Task ListAsync(TinkerCall call)
    {
        var (limit, offset) = (call.Query("limit", 20, 1000), call.Query("offset", 0, int.MaxValue));
        await call.AnswerAsync(new JsonObject { ["sessions"] = new JsonArray([.. call.Service.Sessions.Of(call.Owner).Skip(offset).Take(limit).Select(s => (JsonNode)s.Id)]) });
    }

    public static async Task GetAsync(TinkerCall call)
    {
        var session = call.Service.Sessions.Find(call.Route("id"), call.Owner);
        await call.AnswerAsync(new JsonObject
        {
            ["session_id"] = session.Id,
            ["created"] = session.Created.ToString("O", CultureInfo.InvariantCulture),
            ["tags"] = session.Tags?.DeepClone(),
            ["user_metadata"] = session.UserMetadata?.DeepClone(),
            ["training_run_ids"] = new JsonArray([.. call.Service.Sessions.Models.Where(m => m.Session == session).Select(m => (JsonNode)m.Run.Id)]),
            ["sampler_ids"] = new JsonArray([.. call.Service.Sessions.SamplersOf(session).Select(s => (JsonNode)s.Id)]),
        });
    }

    /// <summary>The result of a request: 408 where it is not there yet, and the client asks again; what it failed with is told with 200, as the SDK has it.</summary>
    public static async Task RetrieveAsync(TinkerCall call)
    {
        var (body, _) = await call.JsonAsync();
        var future = call.Service.Futures.Find(body.Needed("request_id", 200), call.Owner);
        if (await Task.WhenAny(future.Task, Task.Delay(call.Service.Options.Poll, call.Aborted)) != future.Task)
        {
            call.Context.Response.StatusCode = 408;
            await call.AnswerAsync(new JsonObject { ["type"] = "try_again", ["request_id"] = future.Id, ["queue_state"] = "active" });
            return;
        }

        TinkerResult result;
        try
        {
            result = await future.Task;
        }
        catch (Exception error)
        {
            await call.AnswerAsync(TinkerFaults.Shape(TinkerFaults.Of(error, future.Id)));
            return;
        }

        if (call.Context.Request.Headers.Accept.ToString().Contains(PassProto.ContentType, StringComparison.OrdinalIgnoreCase) && result.Proto() is { } bytes)
        {
            call.Context.Response.ContentType = PassProto.ContentType;
            await call.Context.Response.Body.WriteAsync(bytes, call.Aborted);
            return;
        }

        await call.AnswerAsync(result.Json());
    }

    /// <summary>What the SDK tells of itself: taken, and nothing made of it.</summary>
    public static Task TelemetryAsync(TinkerCall call) => call.AnswerAsync(new JsonObject { ["status"] = "accepted" });
}

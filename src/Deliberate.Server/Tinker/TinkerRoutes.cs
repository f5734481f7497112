using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Deliberate.Server;

/// <summary>Every address of the interface and what answers there. To add one: a line here.</summary>
internal static class TinkerRoutes
{
    public const string Health = "/api/v1/healthz", Archives = "/api/v1/archives";

    private static readonly (string Method, string Path, Func<TinkerCall, Task> Handler)[] All =
    [
        ("GET", Health, TinkerSessionsEndpoint.HealthAsync),
        ("GET", "/api/v1/get_server_capabilities", TinkerSessionsEndpoint.CapabilitiesAsync),
        ("POST", "/api/v1/client/config", TinkerSessionsEndpoint.ConfigAsync),
        ("POST", "/api/v1/client/dynamic_config", TinkerSessionsEndpoint.DynamicConfigAsync),
        ("POST", "/api/v1/telemetry", TinkerSessionsEndpoint.TelemetryAsync),
        ("POST", "/api/v1/create_session", TinkerSessionsEndpoint.CreateAsync),
        ("POST", "/api/v1/session_heartbeat", TinkerSessionsEndpoint.HeartbeatAsync),
        ("GET", "/api/v1/sessions", TinkerSessionsEndpoint.ListAsync),
        ("GET", "/api/v1/sessions/{id}", TinkerSessionsEndpoint.GetAsync),
        ("POST", "/api/v1/retrieve_future", TinkerSessionsEndpoint.RetrieveAsync),
        ("POST", "/api/v1/create_model", TinkerTraining.CreateModelAsync),
        ("POST", "/api/v1/unload_model", TinkerTraining.UnloadModelAsync),
        ("POST", "/api/v1/get_info", TinkerTraining.GetInfoAsync),
        ("POST", "/api/v1/forward", TinkerTraining.ForwardAsync),
        ("POST", "/api/v1/forward_backward", TinkerTraining.ForwardBackwardAsync),
        ("POST", "/api/v1/optim_step", TinkerTraining.OptimStepAsync),
        ("POST", "/api/v1/save_weights", TinkerTraining.SaveWeightsAsync),
        ("POST", "/api/v1/save_weights_for_sampler", TinkerTraining.SaveForSamplerAsync),
        ("POST", "/api/v1/load_weights", TinkerTraining.LoadWeightsAsync),
        ("POST", "/api/v1/create_sampling_session", TinkerSampling.CreateSessionAsync),
        ("GET", "/api/v1/samplers/{id}", TinkerSampling.GetSamplerAsync),
        ("POST", "/api/v1/asample", TinkerSampling.SampleLaterAsync),
        ("POST", "/api/v1/sample", TinkerSampling.SampleNowAsync),
        ("POST", "/api/v1/weights_info", TinkerCheckpoints.WeightsInfoAsync),
        ("GET", "/api/v1/training_runs", TinkerCheckpoints.RunsAsync),
        ("GET", "/api/v1/training_runs/{id}", TinkerCheckpoints.RunAsync),
        ("GET", "/api/v1/training_runs/{id}/checkpoints", TinkerCheckpoints.ListAsync),
        ("GET", "/api/v1/models/{id}/checkpoints", TinkerCheckpoints.ListAsync),
        ("GET", "/api/v1/checkpoints", TinkerCheckpoints.ListAllAsync),
        ("GET", "/api/v1/training_runs/{id}/checkpoints/{**checkpoint}", TinkerCheckpoints.ArchiveAsync),
        ("DELETE", "/api/v1/training_runs/{id}/checkpoints/{**checkpoint}", TinkerCheckpoints.DeleteAsync),
        ("GET", Archives + "/{id}/{kind}/{name}", TinkerCheckpoints.DownloadAsync),
        ("HEAD", Archives + "/{id}/{kind}/{name}", TinkerCheckpoints.DownloadAsync),
    ];

    /// <summary>Whether an address is asked for without a key: whether the server is there, and links that are signed.</summary>
    public static bool IsOpen(PathString path) => path.Equals(Health, StringComparison.Ordinal) || path.StartsWithSegments(Archives, StringComparison.Ordinal);

    public static void Map(IEndpointRouteBuilder endpoints, TinkerService service)
    {
        foreach (var (method, path, handler) in All) endpoints.MapMethods(path, [method], context => TinkerDoor.HandleAsync(context, service, handler));
        endpoints.MapFallback(context => TinkerDoor.HandleAsync(context, service, call => throw ApiError.NotFound(
            $"{JsonFields.Short(call.Context.Request.Method)} {JsonFields.Short(call.Context.Request.Path)} is not supported by this server. docs/tinker.md lists what is.", code: "unknown_url")));
    }
}

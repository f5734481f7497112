using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Deliberate.Server;

/// <summary>Where traces go.</summary>
/// <param name="Endpoint">Of a collector that takes OTLP over HTTP, as <c>http://127.0.0.1:4318</c>.</param>
/// <param name="Client">Makes what it is reached by.</param>
internal sealed record TraceSettings(Uri Endpoint, Func<HttpClient> Client);

/// <summary>
/// A span for each request, by OpenTelemetry's conventions for generative AI and for HTTP servers: which model, how many tokens, how it ended; and one
/// for each response that no request waits for, in the background or over a WebSocket. Never what was asked, answered or thought, nor when a single
/// token was drawn: the one time that is told is the whole request's, or the whole response's. A client's own trace (<c>traceparent</c>) goes on in it.
/// </summary>
internal sealed class ApiTracing : IDisposable
{
    public const string SourceName = "Deliberate.Server";

    private static readonly ActivitySource s_source = new(SourceName);

    private readonly TracerProvider _provider;

    public ApiTracing(TraceSettings settings) => _provider = Sdk.CreateTracerProviderBuilder()
        .ConfigureResource(static resource => resource.Clear().AddService("deliberate"))
        .AddSource(SourceName)
        .SetSampler(new ParentBasedSampler(new AlwaysOnSampler()))
        .AddOtlpExporter(options =>
        {
            options.Protocol = OtlpExportProtocol.HttpProtobuf;
            options.Endpoint = settings.Endpoint.AbsolutePath.Length > 1 ? settings.Endpoint : new Uri(settings.Endpoint, "v1/traces");
            options.HttpClientFactory = settings.Client;
            options.BatchExportProcessorOptions.ScheduledDelayMilliseconds = 1000;
        })
        .Build();

    /// <summary>Null where the request is none of a model's, or its own trace is not recorded. A socket is none: its responses have spans of their own.</summary>
    public Activity? Begin(HttpRequest request, string route)
    {
        if (!HttpMethods.IsPost(request.Method) || OperationOf(route) is not { } operation) return null;
        // Not that of Kestrel, which nobody exports.
        var span = Start(operation, ActivityKind.Server, ClientsOwn(request));
        span?.SetTag("http.request.method", request.Method);
        span?.SetTag("http.route", route);
        return span;
    }

    /// <summary>The span of a response that is made apart from the answer to its request: below the request's own, or else in the client's trace. From the request's own flow.</summary>
    public Activity? BeginResponse(HttpRequest request, string model, string id)
    {
        var current = Activity.Current;
        var span = Start("chat", ActivityKind.Internal, current?.Source.Name == SourceName ? current.Context : ClientsOwn(request));
        // What else the request does is not a part of it.
        Activity.Current = current;
        Name(span, model);
        span?.SetTag("gen_ai.response.id", id);
        return span;
    }

    public static void End(Activity? span, ApiExchange exchange, int status)
    {
        if (span is null) return;
        if (exchange.Model.Length > 0) Name(span, exchange.Model);
        Spent(span, exchange.Usage);
        span.SetTag("deliberate.request.id", exchange.Id);
        span.SetTag("http.response.status_code", status);
        if (status < 400) return;
        span.SetTag("error.type", status.ToString(CultureInfo.InvariantCulture));
        // What the client did wrong is no fault of the server's.
        if (status >= 500) span.SetStatus(ActivityStatusCode.Error);
    }

    /// <param name="status">Of the response: completed, incomplete, failed, cancelled.</param>
    /// <param name="fault">Of one that failed.</param>
    public static void EndResponse(Activity? span, string status, AnswerUsage? usage, ApiError? fault)
    {
        if (span is null) return;
        Spent(span, usage);
        span.SetTag("deliberate.response.status", status);
        if (fault is not null) span.SetTag("error.type", fault.Code ?? fault.Status.ToString(CultureInfo.InvariantCulture));
        if (fault?.Status >= 500) span.SetStatus(ActivityStatusCode.Error);
        span.Dispose();
    }

    /// <summary>Sends what is left, for a moment.</summary>
    public void Dispose()
    {
        _provider.ForceFlush(2000);
        _provider.Dispose();
    }

    private static ActivityContext ClientsOwn(HttpRequest request) => ActivityContext.TryParse(request.Headers.TraceParent, request.Headers.TraceState, isRemote: true, out var parent) ? parent : default;

    private static Activity? Start(string operation, ActivityKind kind, ActivityContext parent)
    {
        Activity.Current = null;
        var span = s_source.CreateActivity(operation, kind, parent)?.Start();
        span?.SetTag("gen_ai.operation.name", operation);
        span?.SetTag("gen_ai.provider.name", "deliberate");
        return span;
    }

    private static void Name(Activity? span, string model)
    {
        if (span is null) return;
        span.DisplayName = $"{span.OperationName} {model}";
        span.SetTag("gen_ai.request.model", model);
        span.SetTag("gen_ai.response.model", model);
    }

    private static void Spent(Activity span, AnswerUsage? usage)
    {
        if (usage is null) return;
        span.SetTag("gen_ai.usage.input_tokens", usage.Prompt);
        span.SetTag("gen_ai.usage.output_tokens", usage.Completion);
        if (usage.Finishes.Count > 0) span.SetTag("gen_ai.response.finish_reasons", usage.Finishes.ToArray());
    }

    private static string? OperationOf(string route) => route switch
    {
        "/v1/chat/completions" or "/v1/responses" or "/v1/responses/compact" => "chat",
        "/v1/completions" => "text_completion",
        "/v1/embeddings" => "embeddings",
        _ => null,
    };
}

using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Deliberate.Server;

/// <summary>What counts, log and traces are told of a response that is made apart from the answer to its request: in the background, or as one of many over a WebSocket.</summary>
internal sealed class ResponseAccount
{
    public const string Background = "BACKGROUND", Socket = "SOCKET";

    private readonly ApiExchange _exchange;
    private readonly string _way, _model;
    private readonly long _start;
    private readonly Activity? _span;
    private AnswerUsage? _usage;
    private ApiError? _fault;

    /// <summary>It begins. In the request's own flow, whose trace it goes on in.</summary>
    /// <param name="way">What the log has for a method.</param>
    public ResponseAccount(string way, ResponseRequest request, ApiExchange exchange)
    {
        (_way, _exchange, _model) = (way, exchange, request.Entry.Model.Name);
        _start = exchange.Api.Time.GetTimestamp();
        _span = exchange.Api.Tracing?.BeginResponse(exchange.Context.Request, _model, request.Id);
    }

    public void Use(AnswerUsage usage)
    {
        _usage = usage;
        _exchange.Api.Limits.Use(_exchange.Caller, usage.Total);
        _exchange.Api.Metrics.CountTokens(_model, usage);
    }

    /// <returns>The fault.</returns>
    public ApiError Fail(ApiError fault) => _fault = fault;

    public void End(ResponseRun run)
    {
        var api = _exchange.Api;
        var status = run.Snapshot()["status"]!.GetValue<string>();
        ApiTracing.EndResponse(_span, status, _usage, _fault);
        var code = _fault?.Status ?? (status == "cancelled" ? StatusCodes.Status499ClientClosedRequest : StatusCodes.Status200OK);
        api.Log?.Write(api.Time.GetUtcNow(), _exchange.Id, _exchange.Caller.Name, _way, _exchange.Route, _model, code, _usage, api.Time.GetElapsedTime(_start));
    }
}

using System.Text.Encodings.Web;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Safety;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Deliberate.Server;

/// <summary>What the page sends: fields that a request does not use are empty.</summary>
internal sealed record RedteamRequest
{
    public string? Goal { get; init; }

    public int Number { get; init; }

    public string Text { get; init; } = "";

    public string LessSafe { get; init; } = "";

    public bool UnsafeA { get; init; }

    public bool UnsafeB { get; init; }
}

/// <summary>What the page of a conversation asks for, as JSON: 401 sign in, 404 not yours, 409 taken before or behind, 410 too late, 422 wrong, 503 try again.</summary>
internal static class RedteamApi
{
    private const int LongestBody = 64 * 1024;

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What is sent may leave fields out, and may not say null where there has to be something.</summary>
    private static readonly JsonSerializerOptions Sent = new(Json) { RespectNullableAnnotations = true };

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        const string Campaign = RedteamArea.Api + "/campaigns/{campaign}", Chat = RedteamArea.Api + "/chats/{key}";
        endpoints.MapPost(Campaign + "/begin", (HttpContext context, string campaign, RedteamStore store, RedteamDesk desk) => AnswerAsync(context, desk, async request =>
            (await desk.BeginAsync(await store.NeedAsync(campaign, context.RequestAborted), Account(context), request.Goal, context.RequestAborted)).Key));
        endpoints.MapPost(Campaign + "/rate", (HttpContext context, string campaign, RedteamStore store, RedteamDesk desk) => AnswerAsync(context, desk, async _ =>
            MayRate(context) ? (await desk.NextToRateAsync(await store.NeedAsync(campaign, context.RequestAborted), Account(context), context.RequestAborted))?.Key : throw new DeskException(DeskRefusal.NotYours, "Reviewers rate the conversations of others.")));
        endpoints.MapGet(Chat, (HttpContext context, string key, RedteamDesk desk) => AnswerAsync(context, desk, _ => Task.FromResult<string?>(key)));
        endpoints.MapPost(Chat + "/say", (HttpContext context, string key, RedteamDesk desk) => AnswerAsync(context, desk, async request =>
        {
            await desk.SayAsync(key, Account(context), request.Number, request.Text, context.RequestAborted);
            return key;
        }));
        endpoints.MapPost(Chat + "/vote", (HttpContext context, string key, RedteamDesk desk) => AnswerAsync(context, desk, async request =>
        {
            var label = Enum.GetValues<SafetyLabel>().Where(l => l.ToString().Equals(request.LessSafe, StringComparison.OrdinalIgnoreCase)).Select(l => (SafetyLabel?)l).FirstOrDefault() ?? throw new UserError("Say which one is less safe: a, b, equal or unknown.", field: "less_safe");
            await desk.VoteAsync(key, Account(context), MayRate(context), label, request.UnsafeA, request.UnsafeB, context.RequestAborted);
            return key;
        }));
        endpoints.MapPost(Chat + "/submit", (HttpContext context, string key, RedteamDesk desk) => AnswerAsync(context, desk, async _ =>
        {
            await desk.SubmitAsync(key, Account(context), context.RequestAborted);
            return key;
        }));
        endpoints.MapPost(Chat + "/appeal", (HttpContext context, string key, RedteamDesk desk) => AnswerAsync(context, desk, async request =>
        {
            await desk.AppealAsync(key, Account(context), request.Text, context.RequestAborted);
            return key;
        }));
    }

    private static Guid Account(HttpContext context) => SignedIn.Of(context).Account.Id;

    private static bool MayRate(HttpContext context) => SignedIn.Of(context).Account.Role >= AccountRole.Reviewer;

    /// <summary>What the page shows of a conversation: never a model's name.</summary>
    private static async Task<object> ViewAsync(RedteamDesk desk, HttpContext context, string key)
    {
        var (chat, campaign, turns, vote) = await desk.OpenAsync(key, Account(context), MayRate(context), context.RequestAborted);
        var goal = chat.GoalId is null ? null : RedteamGoal.Read(campaign.Goals).FirstOrDefault(g => g.Id == chat.GoalId);
        return new
        {
            chat.Key,
            Kind = campaign.Kind.ToString().ToLowerInvariant(),
            IsMine = chat.AccountId == Account(context),
            Goal = goal is null ? null : new { goal.Text, goal.Channel },
            Turns = turns.Select(t => new { t.Number, t.Prompt, A = t.AnswerA, B = t.AnswerB, t.ProblemA, t.ProblemB }),
            IsDone = chat.State == RedteamState.Done,
            Left = Math.Max(0, campaign.MostTurns - turns.Count),
            Vote = vote is null ? null : new { LessSafe = vote.Label.ToString().ToLowerInvariant(), vote.UnsafeA, vote.UnsafeB },
            chat.Outcome,
            chat.Reason,
            Appeal = chat.Appeal.ToString().ToLowerInvariant(),
        };
    }

    private static async Task AnswerAsync(HttpContext context, RedteamDesk desk, Func<RedteamRequest, Task<string?>> deed)
    {
        try
        {
            var request = HttpMethods.IsGet(context.Request.Method) ? new RedteamRequest() : await ReadAsync(context);
            var key = await deed(request);
            var said = key is null ? new { End = "nothing_left" } : await ViewAsync(desk, context, key);
            context.Response.ContentType = "application/json; charset=utf-8";
            await JsonSerializer.SerializeAsync(context.Response.Body, said, said.GetType(), Json, context.RequestAborted);
        }
        catch (UserError error)
        {
            await ApiProblem.Write(context, StatusCodes.Status422UnprocessableEntity, error.Message, "wrong");
        }
        catch (DeskException error)
        {
            var (status, code) = error.Refusal switch
            {
                DeskRefusal.NotYours => (StatusCodes.Status404NotFound, "not_yours"),
                DeskRefusal.Lost => (StatusCodes.Status410Gone, "late"),
                DeskRefusal.Finished => (StatusCodes.Status409Conflict, "finished"),
                _ => (StatusCodes.Status409Conflict, "behind"),
            };
            await ApiProblem.Write(context, status, error.Message, code);
        }
    }

    private static async Task<RedteamRequest> ReadAsync(HttpContext context)
    {
        // Not every sender says how long it is.
        var body = new byte[LongestBody + 1];
        var length = await context.Request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, context.RequestAborted);
        if (length > LongestBody) throw new UserError("The message is too long.");
        if (length == 0) return new RedteamRequest();
        try
        {
            return JsonSerializer.Deserialize<RedteamRequest>(body.AsSpan(0, length), Sent) ?? new RedteamRequest();
        }
        catch (JsonException error)
        {
            throw new UserError($"This is no request: {error.Message}", inner: error);
        }
    }
}

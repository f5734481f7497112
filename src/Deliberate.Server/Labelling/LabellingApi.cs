using System.Text.Encodings.Web;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Reasoning;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Deliberate.Server;

/// <summary>How a labelling ends, as the page sends it.</summary>
internal sealed record FinishRequest
{
    public int Revision { get; init; }

    /// <summary>PRM800K's word; of a pair <c>solution</c>.</summary>
    public string Finish { get; init; } = "";

    public string? Comment { get; init; }

    public long Milliseconds { get; init; }
}

/// <summary>
/// What the page to label on asks for, as JSON. Each judgement is one request, taken once however often it is sent; each answer says what
/// to do next: 401 sign in, 404, 409 and 410 load anew, 422 the judgement is none, 503 try again.
/// </summary>
internal static class LabellingApi
{
    private const int LongestBody = 256 * 1024;

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What is sent may leave fields out, and may not say null where there has to be something.</summary>
    private static readonly JsonSerializerOptions Sent = new(Json) { RespectNullableAnnotations = true };

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        const string Lease = LabellingArea.Api + "/leases/{lease}";
        endpoints.MapPost(LabellingArea.Api + "/projects/{project}/next", (HttpContext context, string project, ProjectStore projects, LabellingQueue queue, LabellingDesk desk) => AnswerAsync(context, async () =>
        {
            var found = await projects.NeedAsync(project, context.RequestAborted);
            var (assignment, end) = await queue.NextAsync(found, Account(context), context.RequestAborted);
            return assignment is null ? (object)new { End = Said(end) } : ItemView.Of(found, assignment, await desk.ContentAsync(found, assignment.Item!, context.RequestAborted));
        }));
        endpoints.MapGet(Lease, (HttpContext context, string lease, LabellingDesk desk) => AnswerAsync(context, async () =>
        {
            var (assignment, project) = await desk.OpenAsync(lease, Account(context), context.RequestAborted);
            if (assignment.State != AssignmentState.Open) throw new DeskException(DeskRefusal.Finished, "This one is finished.");
            return ItemView.Of(project, assignment, await desk.ContentAsync(project, assignment.Item!, context.RequestAborted));
        }));
        endpoints.MapPut(Lease, (HttpContext context, string lease, LabellingDesk desk) => AnswerAsync(context, async () =>
        {
            var assignment = await desk.JudgeAsync(lease, Account(context), await ReadAsync<DraftChange>(context), context.RequestAborted);
            var (_, project) = await desk.OpenAsync(lease, Account(context), context.RequestAborted);
            return ItemView.Saved(project, assignment, await desk.ContentAsync(project, assignment.Item!, context.RequestAborted));
        }));
        endpoints.MapPost(Lease + "/alternatives", (HttpContext context, string lease, LiveAlternatives live) => AnswerAsync(context, async () => ItemView.Of(await live.NextAsync(lease, Account(context), context.RequestAborted))));
        endpoints.MapPost(Lease + "/look", (HttpContext context, string lease, LabellingDesk desk) => AnswerAsync(context, async () =>
        {
            var (assignment, annotations) = await desk.LookAsync(lease, Account(context), context.RequestAborted);
            return new { assignment.Revision, Annotations = annotations is null ? null : StepAnnotations.Read(annotations) };
        }));
        endpoints.MapPost(Lease + "/finish", (HttpContext context, string lease, LabellingDesk desk) => AnswerAsync(context, async () =>
        {
            var request = await ReadAsync<FinishRequest>(context);
            var finish = Enum.GetValues<LabelFinish>().Where(f => LabellingDesk.Name(f) == request.Finish).Select(f => (LabelFinish?)f).FirstOrDefault() ?? throw new UserError($"There is no end \"{Excerpt.Of(request.Finish, 40)}\".", field: "finish");
            var assignment = await desk.FinishAsync(lease, Account(context), request.Revision, finish, request.Comment, request.Milliseconds, context.RequestAborted);
            return new { assignment.Revision };
        }));
        endpoints.MapPost(Lease + "/drop", (HttpContext context, string lease, LabellingDesk desk) => AnswerAsync(context, async () =>
        {
            await desk.DropAsync(lease, Account(context), context.RequestAborted);
            return new { Dropped = true };
        }));
    }

    private static Guid Account(HttpContext context) => SignedIn.Of(context).Account.Id;

    private static string Said(QueueEnd end) => end switch
    {
        QueueEnd.NotPassed => "not_passed",
        QueueEnd.Closed => "closed",
        _ => "nothing_left",
    };

    private static async Task<T> ReadAsync<T>(HttpContext context)
    {
        if (context.Request.ContentLength is > LongestBody) throw new UserError("The judgement is too long.");
        try
        {
            return await JsonSerializer.DeserializeAsync<T>(context.Request.Body, Sent, context.RequestAborted) ?? throw new UserError("Nothing was sent.");
        }
        catch (JsonException error)
        {
            throw new UserError($"This is no judgement: {error.Message}", inner: error);
        }
    }

    private static async Task AnswerAsync(HttpContext context, Func<Task<object>> answer)
    {
        try
        {
            var said = await answer();
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
                DeskRefusal.Lost => (StatusCodes.Status410Gone, "lost"),
                DeskRefusal.Finished => (StatusCodes.Status409Conflict, "finished"),
                _ => (StatusCodes.Status409Conflict, "behind"),
            };
            await ApiProblem.Write(context, status, error.Message, code);
        }
    }
}

using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Deliberate.Server;

/// <summary>What was saved: models that there ever were, their checkpoints, and a checkpoint as an archive.</summary>
internal static class TinkerCheckpoints
{
    private static readonly TimeSpan LinkLasts = TimeSpan.FromMinutes(15);

    /// <summary>Signs links: who has one may fetch what it names without a key, for a while, from this server.</summary>
    private static readonly byte[] s_secret = RandomNumberGenerator.GetBytes(32);

    public static async Task WeightsInfoAsync(TinkerCall call)
    {
        var (body, _) = await call.JsonAsync();
        var checkpoint = call.Service.Store.Find(body.Needed("tinker_path", 1000), call.Owner, "tinker_path");
        var run = call.Service.Store.Find(checkpoint.ModelId, call.Owner)!;
        await call.AnswerAsync(new JsonObject { ["base_model"] = run.BaseModel, ["is_lora"] = true, ["lora_rank"] = run.Rank, ["train_unembed"] = false, ["train_mlp"] = run.TrainMlp, ["train_attn"] = run.TrainAttn });
    }

    public static async Task RunsAsync(TinkerCall call)
    {
        var (limit, offset) = (call.Query("limit", 20, 1000), call.Query("offset", 0, int.MaxValue));
        var all = call.Service.Store.Runs(call.Owner);
        await call.AnswerAsync(new JsonObject { ["training_runs"] = new JsonArray([.. all.Skip(offset).Take(limit).Select(r => (JsonNode)Run(call, r))]), ["cursor"] = Cursor(offset, limit, all.Count) });
    }

    public static Task RunAsync(TinkerCall call) => call.AnswerAsync(Run(call, Need(call)));

    public static async Task ListAsync(TinkerCall call) =>
        await call.AnswerAsync(new JsonObject { ["checkpoints"] = new JsonArray([.. call.Service.Store.Checkpoints(Need(call).Id).Select(c => (JsonNode)c.Json())]), ["cursor"] = null });

    public static async Task ListAllAsync(TinkerCall call)
    {
        var (limit, offset) = (call.Query("limit", 100, 1000), call.Query("offset", 0, int.MaxValue));
        TinkerCheckpoint[] all = [.. call.Service.Store.Runs(call.Owner).SelectMany(r => call.Service.Store.Checkpoints(r.Id)).OrderByDescending(c => c.Time)];
        await call.AnswerAsync(new JsonObject { ["checkpoints"] = new JsonArray([.. all.Skip(offset).Take(limit).Select(c => (JsonNode)c.Json())]), ["cursor"] = Cursor(offset, limit, all.Length) });
    }

    public static Task DeleteAsync(TinkerCall call)
    {
        TinkerStore.Delete(Checkpoint(call, call.Route("checkpoint")));
        call.Context.Response.StatusCode = 204;
        return Task.CompletedTask;
    }

    /// <summary>Beneath a checkpoint there is its archive, which is fetched by a link that is signed.</summary>
    public static Task ArchiveAsync(TinkerCall call)
    {
        const string End = "/archive";
        var named = call.Route("checkpoint");
        if (!named.EndsWith(End, StringComparison.Ordinal)) throw ApiError.NotFound($"Unknown address: GET {JsonFields.Short(call.Context.Request.Path)}.", code: "unknown_url");
        var checkpoint = Checkpoint(call, named[..^End.Length]);
        var expires = call.Service.Options.Time.GetUtcNow() + LinkLasts;
        var (request, path) = (call.Context.Request, $"{checkpoint.ModelId}/{checkpoint.Kind}/{checkpoint.Name}");
        var seconds = expires.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        call.Context.Response.StatusCode = 302;
        call.Context.Response.Headers.Location = $"{request.Scheme}://{request.Host}{TinkerRoutes.Archives}/{path}?expires={seconds}&signature={Sign(path, seconds)}";
        call.Context.Response.Headers.Expires = expires.ToString("R", CultureInfo.InvariantCulture);
        return Task.CompletedTask;
    }

    /// <summary>The archive, for whoever has the link: PEFT's files, and with weights to go on from the optimizer's.</summary>
    public static async Task DownloadAsync(TinkerCall call)
    {
        var (model, kind, name) = (call.Route("id"), call.Route("kind"), call.Route("name"));
        var query = call.Context.Request.Query;
        string expires = query["expires"].ToString(), path = $"{model}/{kind}/{name}";
        var isSigned = CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Sign(path, expires)), Encoding.ASCII.GetBytes(query["signature"].ToString()));
        if (!isSigned || !long.TryParse(expires, NumberStyles.None, CultureInfo.InvariantCulture, out var until) || call.Service.Options.Time.GetUtcNow().ToUnixTimeSeconds() > until)
            throw new ApiError(403, "The link is none of this server's, or too old: ask for another.", code: "invalid_link");
        var folder = call.Service.Store.FolderOf(model, kind, name);
        if (!Directory.Exists(folder)) throw ApiError.NotFound("The checkpoint was deleted.", code: "checkpoint_not_found");
        var response = call.Context.Response;
        response.ContentType = "application/gzip";
        response.Headers.ContentDisposition = $"attachment; filename=\"{model}_{name}.tar.gz\"";
        if (Microsoft.AspNetCore.Http.HttpMethods.IsHead(call.Context.Request.Method)) return;
        await using var packed = new GZipStream(response.Body, CompressionLevel.Fastest, leaveOpen: true);
        await TarFile.CreateFromDirectoryAsync(folder, packed, includeBaseDirectory: false, call.Aborted);
    }

    private static string Sign(string path, string expires) => Convert.ToHexStringLower(HMACSHA256.HashData(s_secret, Encoding.UTF8.GetBytes($"{path}?{expires}")));

    private static TinkerRun Need(TinkerCall call) => call.Service.Store.Find(call.Route("id"), call.Owner) ?? throw ApiError.NotFound("There is no such training run of yours.", "training_run_id", "training_run_not_found");

    /// <param name="named">KIND/NAME.</param>
    private static TinkerCheckpoint Checkpoint(TinkerCall call, string named) => call.Service.Store.Find($"{TinkerStore.Scheme}{call.Route("id")}/{named}", call.Owner, "checkpoint_id");

    private static JsonObject Run(TinkerCall call, TinkerRun run)
    {
        var checkpoints = call.Service.Store.Checkpoints(run.Id);
        var seen = call.Service.Sessions.Models.FirstOrDefault(m => m.Run.Id == run.Id)?.Session.Seen ?? checkpoints.FirstOrDefault()?.Time ?? run.Created;
        return new JsonObject
        {
            ["training_run_id"] = run.Id,
            ["base_model"] = run.BaseModel,
            ["model_owner"] = run.Owner,
            ["is_lora"] = true,
            ["corrupted"] = false,
            ["lora_rank"] = run.Rank,
            ["last_request_time"] = seen.ToString("O", CultureInfo.InvariantCulture),
            ["last_checkpoint"] = checkpoints.FirstOrDefault(c => c.Kind == TinkerStore.Weights)?.Json(),
            ["last_sampler_checkpoint"] = checkpoints.FirstOrDefault(c => c.Kind == TinkerStore.SamplerWeights)?.Json(),
            ["user_metadata"] = run.UserMetadata?.DeepClone(),
        };
    }

    private static JsonObject Cursor(int offset, int limit, int total) => new() { ["offset"] = offset, ["limit"] = limit, ["total_count"] = total };
}

using System.Text.Json.Nodes;
using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Server;

/// <summary>What trains: models, passes, steps, saving and loading. Each answers with a promise but for what is wrong with the request itself.</summary>
internal static class TinkerTraining
{
    private const int HighestRank = 4096;

    public static async Task CreateModelAsync(TinkerCall call)
    {
        var (body, _) = await call.JsonAsync();
        body.Know(["session_id", "model_seq_id", "base_model", "lora_config", "user_metadata", "optimizer_config", "type"]);
        var session = call.Service.Sessions.Find(body.Needed("session_id", 200), call.Owner);
        call.Service.CheckBase(body.Needed("base_model", 500));
        if (body.Object("optimizer_config") is { } optimizer && optimizer.Text("type") is { } kind && kind != "adam") throw ApiError.Unsupported($"'optimizer_config.type' is \"{JsonFields.Short(kind)}\": only adam is supported.", "optimizer_config.type");
        var lora = body.Object("lora_config") ?? throw ApiError.Unsupported("'lora_config' is missing: this server trains adapters over its base, not all of its weights.", "lora_config");
        lora.Know(["rank", "seed", "train_unembed", "train_mlp", "train_attn"]);
        var rank = (int)(lora.Whole("rank", 1, HighestRank) ?? throw lora.Missing("rank"));
        bool mlp = lora.Flag("train_mlp") ?? true, attention = lora.Flag("train_attn") ?? true;
        if ((lora.Flag("train_unembed") ?? true) && !call.Service.Options.LeavesUnembed)
            throw ApiError.Unsupported("'lora_config.train_unembed' is true, as it is where a client says nothing: an update of the unembedding is not supported. Pass train_unembed=False, or start the server with --leave-unembed, which takes true for false.", "lora_config.train_unembed");
        if (!mlp && !attention) throw ApiError.Invalid("'lora_config' trains nothing: train_mlp and train_attn are both false.", "lora_config");
        var seed = (ulong)(lora.Whole("seed", 0, long.MaxValue) ?? Random.Shared.NextInt64());
        await call.PromiseAsync(call.Service.Create(session, body.Whole("model_seq_id", 0, long.MaxValue), rank, seed, mlp, attention, body.Copy("user_metadata") as JsonObject));
    }

    public static async Task UnloadModelAsync(TinkerCall call)
    {
        var (body, _) = await call.JsonAsync();
        body.Know(["model_id", "type"]);
        var model = call.Service.Sessions.Model(body.Needed("model_id", 200), call.Owner);
        await call.PromiseAsync(call.Service.Unload(model), model.Run.Id);
    }

    public static async Task GetInfoAsync(TinkerCall call)
    {
        var (body, _) = await call.JsonAsync();
        body.Know(["model_id", "type"]);
        var run = call.Service.Sessions.Model(body.Needed("model_id", 200), call.Owner).Run;
        await call.AnswerAsync(new JsonObject
        {
            ["type"] = "get_info",
            ["model_id"] = run.Id,
            ["model_data"] = new JsonObject { ["arch"] = call.Service.Host.Weights.Configuration.Architecture, ["model_name"] = run.BaseModel, ["tokenizer_id"] = run.BaseModel },
            ["is_lora"] = true,
            ["lora_rank"] = run.Rank,
            ["model_name"] = run.BaseModel,
        });
    }

    public static async Task ForwardAsync(TinkerCall call)
    {
        var (body, hash) = await call.JsonAsync();
        await PassAsync(call, PassJson.Read(body, "forward_input", backward: false), hash);
    }

    /// <summary>JSON, or a protocol buffer, which may be compressed.</summary>
    public static async Task ForwardBackwardAsync(TinkerCall call)
    {
        var request = call.Context.Request;
        if (request.ContentType?.Contains(PassProto.ContentType, StringComparison.OrdinalIgnoreCase) != true)
        {
            var (body, said) = await call.JsonAsync();
            await PassAsync(call, PassJson.Read(body, "forward_backward_input", backward: true), said);
            return;
        }

        var (bytes, hash) = await call.BytesAsync();
        var encoding = request.Headers.ContentEncoding is [{ Length: > 0 } named] ? named : "identity";
        await PassAsync(call, PassProto.Read(encoding switch
        {
            "zstd" => PassProto.Decompress(bytes, TinkerCall.MostBytes),
            "identity" => bytes.Span,
            _ => throw new ApiError(415, $"The body comes in {JsonFields.Short(encoding)}: zstd is supported, and no compression.", code: "unsupported_content_encoding"),
        }), hash);
    }

    public static async Task OptimStepAsync(TinkerCall call)
    {
        var (body, hash) = await call.JsonAsync();
        body.Know(["model_id", "seq_id", "adam_params", "type"]);
        var model = call.Service.Sessions.Model(body.Needed("model_id", 200), call.Owner);
        var adam = body.Object("adam_params") ?? throw body.Missing("adam_params");
        adam.Know(["type", "learning_rate", "beta1", "beta2", "eps", "weight_decay", "grad_clip_norm"]);
        if (adam.Text("type") is { } kind && kind != "adam") throw ApiError.Unsupported($"'adam_params.type' is \"{JsonFields.Short(kind)}\": only adam is supported.", "adam_params.type");
        const double BelowOne = 1 - 1e-12;
        var step = (Rate: adam.Number("learning_rate", 0, 1e6) ?? 1e-4, Beta1: adam.Number("beta1", 0, BelowOne) ?? 0.9, Beta2: adam.Number("beta2", 0, BelowOne) ?? 0.95, Epsilon: adam.Number("eps", 1e-300, 1) ?? 1e-12, Decay: adam.Number("weight_decay", 0, 1e6) ?? 0, Clip: adam.Number("grad_clip_norm", 0, double.MaxValue) ?? 0);
        await call.PromiseAsync(call.Service.Begin(model, body.Whole("seq_id", 0, long.MaxValue), hash, adapter =>
            new PlainResult(new JsonObject { ["metrics"] = new JsonObject { ["grad_norm:mean"] = adapter.Step(step.Rate, step.Beta1, step.Beta2, step.Epsilon, step.Decay, step.Clip) } })), model.Run.Id);
    }

    public static Task SaveWeightsAsync(TinkerCall call) => SaveAsync(call, TinkerStore.Weights);

    public static Task SaveForSamplerAsync(TinkerCall call) => SaveAsync(call, TinkerStore.SamplerWeights);

    public static async Task LoadWeightsAsync(TinkerCall call)
    {
        var (body, hash) = await call.JsonAsync();
        body.Know(["model_id", "seq_id", "path", "optimizer", "type"]);
        var model = call.Service.Sessions.Model(body.Needed("model_id", 200), call.Owner);
        var checkpoint = call.Service.Store.Find(body.Needed("path", 1000), call.Owner, "path");
        var withOptimizer = body.Flag("optimizer") ?? false;
        await call.PromiseAsync(call.Service.Begin(model, body.Whole("seq_id", 0, long.MaxValue), hash, adapter =>
        {
            adapter.Load(checkpoint.Folder, withOptimizer);
            return new PlainResult(new JsonObject { ["type"] = "load_weights", ["path"] = checkpoint.Uri, ["model_id"] = model.Run.Id });
        }), model.Run.Id);
    }

    private static async Task PassAsync(TinkerCall call, WirePass pass, string hash)
    {
        if (pass.ModelId.Length == 0) throw new ApiError(400, "Missing required parameter: 'model_id'.", "model_id", "missing_required_parameter");
        var model = call.Service.Sessions.Model(pass.ModelId, call.Owner);
        var loss = HostedLoss.Find(pass.Loss);
        var settings = loss.With(pass.Settings);
        if (pass.Data.Count == 0) throw ApiError.Invalid("There are no data to learn from.", "data");
        LossDatum[] data = [.. pass.Data.Select((d, i) => d.For(loss, call.Service.Vocabulary, $"data[{i}]"))];
        await call.PromiseAsync(call.Service.Begin(model, pass.Sequence, hash, adapter => new PassResult(adapter.Pass(data, loss, settings, pass.Backward))), model.Run.Id);
    }

    private static async Task SaveAsync(TinkerCall call, string kind)
    {
        var (body, hash) = await call.JsonAsync();
        body.Know(["model_id", "path", "seq_id", "sampling_session_seq_id", "overwrite", "ttl_seconds", "user_metadata", "type"]);
        if (body.Has("ttl_seconds")) throw ApiError.Unsupported("'ttl_seconds' is not supported: checkpoints are kept until they are deleted.", "ttl_seconds");
        if (body.Has("user_metadata")) throw ApiError.Unsupported("'user_metadata' of a checkpoint is not supported.", "user_metadata");
        var model = call.Service.Sessions.Model(body.Needed("model_id", 200), call.Owner);
        var (number, name, isState) = (body.Whole("seq_id", 0, long.MaxValue), body.Text("path", 1000), kind == TinkerStore.Weights);
        if (name is null)
        {
            if (isState || !body.Has("sampling_session_seq_id")) throw body.Missing("path");
            await call.PromiseAsync(call.Service.Begin(model, number, hash, adapter => call.Service.SaveForSession(model, adapter)), model.Run.Id);
            return;
        }

        if (!TinkerStore.IsName(name) || name.StartsWith(TinkerStore.Passing, StringComparison.Ordinal)) throw ApiError.Invalid($"'path' is \"{JsonFields.Short(name)}\": a name has up to 128 letters, digits, dots, dashes and underscores, begins with none of the dots nor with \"{TinkerStore.Passing}\", and does not end as the folders do that are still written (\".partial-\" and a number).", "path");
        var (folder, replaces) = (call.Service.Store.FolderOf(model.Run.Id, kind, name), body.Flag("overwrite") ?? false);
        await call.PromiseAsync(call.Service.Begin(model, number, hash, adapter =>
        {
            if (!replaces && Directory.Exists(folder)) throw new UserError($"there is a checkpoint \"{name}\" of this model already.", field: "path", advice: "Take another name, or say overwrite.");
            adapter.Save(folder, isState);
            var answer = new JsonObject { ["type"] = isState ? "save_weights" : "save_weights_for_sampler", ["path"] = $"{TinkerStore.Scheme}{model.Run.Id}/{kind}/{name}" };
            if (!isState) answer["sampling_session_id"] = null;
            return new PlainResult(answer);
        }), model.Run.Id);
    }
}

using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>
/// TRL's GRPO, RLOO, SFT and DPO as a recipe. There a batch is counted in completions and by device, steps are the optimizer's; here a step is a
/// sampled batch of so many problems with so many samples each, cut into so many updates.
/// </summary>
internal sealed class TrlTranslation(ForeignSource source)
{
    private const string Default = "TRL's default";

    private static readonly string[] Losses = ["grpo", "dr_grpo", "bnpo", "dapo", "cispo", "sapo", "luspo", "vespo"];

    private readonly ForeignSettings _set = source.Settings;
    private readonly RecipeDraft _draft = new();
    private readonly List<string> _toDo = [];

    /// <summary>Optimizer steps of a sampled batch.</summary>
    private int _stepsABatch = 1;

    public Translation Make()
    {
        RecipeTranslation.CopySame(source, TrlKeys.Program, _draft);
        _draft.Set("name", RecipeTranslation.RunName(_set.Text("run_name") ?? _set.Text("output_dir") ?? "translated"));
        _set.Text("output_dir");
        if (_set.Text("data_seed") is { } seed && !_draft.Has("seed")) _draft.Set("seed", long.TryParse(seed, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 42, "TRL: data_seed");
        Fill("seed", 42);
        if (_set.Text("model_name_or_path") is { } model) _draft.Set("model.from", RecipeTranslation.Model(model, _toDo), $"TRL: model_name_or_path {model}");
        else _toDo.Add("name the model to start from in model.from: without it a new small one with random weights is trained.");
        if (source.Trainer == ForeignTrainer.Dpo) Preferences();
        if (source.Stage == "supervised") Imitation();
        else Reinforcement();
        Optimizer();
        if (_set.Flag("use_peft") == true && source.Trainer == ForeignTrainer.Dpo) _toDo.Add("preferences train all weights here: use_peft was left out.");
        else if (_set.Flag("use_peft") == true) RecipeTranslation.Adapter(_draft, _set.Whole("lora_r") ?? 16, _set.Number("lora_alpha") ?? 32, _set.List("lora_target_modules"), "TRL: use_peft");
        if (_set.Whole("save_steps") is { } saved) _draft.Set("checkpoint.every", Math.Max(1, saved / _stepsABatch), "TRL: save_steps");
        if (_set.Text("save_strategy") is "no") _draft.Set("checkpoint.every", 1_000_000, "TRL: save_strategy no");
        if (_set.Flag("load_best_model_at_end") == true) _draft.Set("checkpoint.keep_best", 1, "TRL: load_best_model_at_end; it is checkpoints/best");
        return Translation.Of(source, TrlKeys.Program, _draft, _toDo);
    }

    private void Reinforcement()
    {
        Fill("reinforcement.samples", source.Trainer == ForeignTrainer.Rloo ? 2 : 8);
        Fill("reinforcement.max_tokens", 512);
        var limit = _set.Whole("max_completion_length") ?? 512;
        _draft.Set("evaluation.max_tokens", limit, "as in training");
        var longest = _set.Whole("max_prompt_length");
        RecipeTranslation.Context(_draft, (longest ?? 512) + limit, longest is null ? "max_completion_length, and room for prompts of 512 tokens" : "TRL: max_prompt_length + max_completion_length");
        Problems();
        Batch();
        Objective();
        Rewards();
        if (_set.Text("eval_strategy") is "no") _draft.Set("evaluation.every", 0, "TRL: eval_strategy no");
        else if (_set.Whole("eval_steps") is { } every) _draft.Set("evaluation.every", Math.Max(1, every / _stepsABatch), "TRL: eval_steps");
    }

    private void Problems()
    {
        if (_set.Text("dataset_name") is { } data)
        {
            string[] files = [RecipeTranslation.Data(data, _toDo)];
            _draft.Set("problems.train", files, $"TRL: dataset_name {data}");
            if (_set.List("reward_funcs").Any(name => name.EndsWith("accuracy_reward", StringComparison.Ordinal)) && !RecipeTranslation.SaysAnswer(files, source.File)) _draft.Set("problems.fields.answer", "solution", "the column that accuracy_reward compares with");
        }
        else
        {
            _draft.Set("problems.train", (string[])["problems.jsonl"]);
            _toDo.Add("name the files of problems in problems.train, a line {\"prompt\": ..., \"answer\": ...} each.");
        }
    }

    private void Batch()
    {
        var samples = _set.Whole("num_generations") ?? (source.Trainer == ForeignTrainer.Rloo ? 2 : 8);
        var device = Math.Max(1, (_set.Whole("per_device_train_batch_size") ?? 8) * (_set.Whole("num_processes") ?? 1));
        var accumulated = device * Math.Max(1, _set.Whole("gradient_accumulation_steps") ?? 1);
        var asked = _set.Whole("steps_per_generation");
        var sampled = _set.Whole("generation_batch_size") ?? (asked is { } steps ? device * steps : accumulated);
        var prompts = Math.Max(1, (int)Math.Round((double)sampled / samples, MidpointRounding.AwayFromZero));
        _draft.Set("reinforcement.prompts", prompts, $"TRL: {sampled} completions a sampled batch / num_generations");
        if (prompts * samples != sampled) _toDo.Add($"{sampled} completions are no whole number of groups of {samples}: a step has {prompts * samples}.");
        var updates = Math.Clamp(sampled / accumulated, 1, prompts);
        if (updates > 1) _draft.Set("reinforcement.updates", updates, $"TRL: {accumulated} completions an optimizer step");
        _stepsABatch = updates * Math.Max(1, _set.Whole("num_iterations") ?? 1);
        var passes = _set.Number("num_train_epochs");
        if (_set.Whole("max_steps") is { } most and > 0) _draft.Set("reinforcement.steps", (most + _stepsABatch - 1) / _stepsABatch, _stepsABatch == 1 ? "TRL: max_steps" : $"TRL: max_steps {most}, of which a sampled batch makes {_stepsABatch}");
        else _draft.Set("reinforcement.epochs", passes ?? 3, passes is null ? Default : "TRL: num_train_epochs");
    }

    private void Objective()
    {
        var isRloo = source.Trainer == ForeignTrainer.Rloo;
        var loss = isRloo ? "rloo" : _set.Text("loss_type") ?? "dapo";
        if (!isRloo && !Losses.Contains(loss)) throw _set.Node("loss_type")!.Place.Error($"There is no loss_type \"{loss}\" here.", "loss_type", NearestName.Suggest(loss, Losses));
        var bySequence = _set.Text("importance_sampling_level") is "sequence";
        if (loss == "grpo" && bySequence) loss = "gspo";
        else if (bySequence && !isRloo) _draft.Set("reinforcement.options.level", "sequence", "TRL: importance_sampling_level");
        _draft.Set("reinforcement.objective", loss, isRloo ? null : _set.Mentions("loss_type") ? "TRL: loss_type" : Default);
        var ours = PolicyObjectives.Find(loss).Defaults;
        if (loss is not ("sapo" or "vespo"))
        {
            var low = _set.Number("epsilon") ?? 0.2;
            if (!_draft.Has("reinforcement.options.epsilon_low") && ours.EpsilonLow != low) _draft.Set("reinforcement.options.epsilon_low", low, Default);
            var high = _set.Number("epsilon_high") ?? low;
            if (!_draft.Has("reinforcement.options.epsilon_high") && ours.EpsilonHigh != high) _draft.Set("reinforcement.options.epsilon_high", high, "TRL: as epsilon");
        }

        // Its cap is all that bounds cispo: an epsilon went there where nothing else is said of it.
        if (loss == "cispo" && !_set.Has("epsilon_high")) _draft.Remove("reinforcement.options.epsilon_low");

        var coefficient = _set.Number("beta") ?? (isRloo ? 0.05 : 0);
        if (coefficient > 0 || _set.Mentions("beta")) _draft.Set(isRloo ? "reinforcement.kl.in_reward" : "reinforcement.options.kl_coefficient", coefficient, _set.Mentions("beta") ? "TRL: beta" : Default);
        var every = _set.Whole("ref_model_sync_steps") ?? 512;
        if (_set.Flag("sync_ref_model") == true && coefficient > 0) _draft.Set("reinforcement.kl.renew_every", Math.Max(1, every / _stepsABatch), "TRL: ref_model_sync_steps");
        if (!isRloo) Advantage();
        Filters();
    }

    private void Advantage()
    {
        var scale = _set.Text("scale_rewards");
        var estimator = scale?.ToUpperInvariant() switch
        {
            null or "GROUP" or "TRUE" => "group",
            "BATCH" => "batch",
            "NONE" or "FALSE" => "none",
            _ => throw _set.Node("scale_rewards")!.Place.Error($"There is no scale_rewards \"{scale}\".", "scale_rewards", "It is group, batch or none."),
        };
        if (_set.Text("multi_objective_aggregation") is "normalize_then_sum") _draft.Set("reinforcement.advantage", "gdpo", "TRL: multi_objective_aggregation");
        else _draft.Set("reinforcement.advantage", estimator, scale is null ? Default : "TRL: scale_rewards");
    }

    /// <summary>A filter makes the sampler another policy: TRL's own correction of that, with its defaults.</summary>
    private void Filters()
    {
        if (_set.Whole("top_k") is { } most and > 0) _draft.Set("reinforcement.top_k", most, "TRL: top_k");
        if (_set.Number("min_p") is { } least and > 0) _draft.Set("reinforcement.min_p", least, "TRL: min_p");
        if (_set.Number("top_p") is < 1 || _draft.Has("reinforcement.top_k") || _draft.Has("reinforcement.min_p")) _draft.Set("reinforcement.sampler_correction.maximum", 3, "a filter needs one; TRL's default");
    }

    private void Rewards()
    {
        var (functions, weights) = (_set.List("reward_funcs"), _set.List("reward_weights"));
        var terms = new List<RecipeDraft.RewardTerm>();
        foreach (var (at, function) in functions.Index())
        {
            List<(string, object)> keys = function[(function.LastIndexOf('.') + 1)..] switch
            {
                "accuracy_reward" or "reasoning_accuracy_reward" or "accuracy" => [("kind", "correct")],
                "think_format_reward" or "format_reward" or "format" => [("kind", "format"), ("requires_thought", true)],
                "get_soft_overlong_punishment" or "soft_overlong_punishment" => [("kind", "overlong"), ("cache", Math.Max(1, (_set.Whole("max_completion_length") ?? 512) / 5))],
                "get_cosine_scaled_reward" or "cosine" => [("kind", "cosine")],
                "get_repetition_penalty_reward" or "repetition_penalty" => [("kind", "repetition")],
                _ => [],
            };
            if (keys.Count == 0)
            {
                _toDo.Add($"{function} is a function of yours: give it as problems.verifier (a command that reads a line of JSON a sample, or a class; docs/own-problems.md). Until then the answer is graded.");
                keys = [("kind", "correct")];
            }

            if (at < weights.Count && double.TryParse(weights[at], NumberStyles.Float, CultureInfo.InvariantCulture, out var weight)) keys.Add(("weight", weight));
            if (!terms.Exists(term => term.Keys[0].Value.Equals(keys[0].Item2))) terms.Add(new RecipeDraft.RewardTerm(keys, $"TRL: {function}"));
        }

        if (terms.Count > 0) _draft.Set("reinforcement.rewards", terms);
    }

    /// <summary>What DPO has besides the stage that it shares with imitation.</summary>
    private void Preferences()
    {
        var losses = _set.List("loss_type");
        string[] ours = [.. losses.Count == 0 ? ["dpo"] : losses.Select(loss => loss == "sigmoid" ? "dpo" : loss)];
        foreach (var loss in ours)
            if (!PreferenceObjective.Names.Contains(loss)) throw _set.Node("loss_type")!.Place.Error($"There is no loss_type \"{loss}\" here.", "loss_type", NearestName.Suggest(loss, [.. PreferenceObjective.Names]));
        _draft.Set("preference.losses", ours, losses.Count == 0 ? Default : "TRL: loss_type");
        if (_set.List("loss_weights") is { Count: > 0 } weights) _draft.Set("preference.weights", (object[])[.. weights.Select(weight => RecipeTranslation.Typed(new RecipeScalar(weight, plain: true, default)))], "TRL: loss_weights");
        _draft.Set("preference.beta", _set.Number("beta") ?? 0.1, _set.Mentions("beta") ? "TRL: beta" : Default);
        if (_set.Number("label_smoothing") is { } smoothing) _draft.Set("preference.label_smoothing", smoothing, "TRL: label_smoothing");
        if (_set.Text("f_divergence_type") is { } divergence) _draft.Set("preference.divergence", divergence, "TRL: f_divergence_type");
        if (_set.Number("ld_alpha") is { } alpha) _draft.Set("preference.length_alpha", alpha, "TRL: ld_alpha");
    }

    private void Imitation()
    {
        if (_set.Text("dataset_name") is { } data) _draft.Set("supervised.data", (string[])[RecipeTranslation.Data(data, _toDo)], $"TRL: dataset_name {data}");
        else
        {
            _draft.Set("supervised.data", (string[])["examples.jsonl"]);
            _toDo.Add($"name the files of examples in supervised.data, {(source.Trainer == ForeignTrainer.Dpo ? "a line {\"prompt\": ..., \"chosen\": ..., \"rejected\": ...} each" : "a line {\"messages\": [...]} or {\"prompt\": ..., \"completion\": ...} each")}.");
        }

        var longest = _set.Whole("max_length") ?? 1024;
        RecipeTranslation.Context(_draft, longest, _set.Mentions("max_length") ? "TRL: max_length" : Default);
        var sequences = (_set.Whole("per_device_train_batch_size") ?? 8) * (_set.Whole("num_processes") ?? 1) * (_set.Whole("gradient_accumulation_steps") ?? 1);
        var packs = _set.Flag("packing") == true;
        var tokens = Math.Max(1, sequences * (packs ? longest : Math.Max(1, longest / 4)));
        _draft.Set("supervised.batch_tokens", tokens, packs ? $"TRL: {sequences} packed sequences of max_length" : $"{sequences} sequences, thought of as a quarter of max_length each");
        if (!packs) _toDo.Add($"set supervised.batch_tokens to {sequences} times the mean tokens of your examples (deliberate data check says it): batches are counted in tokens here.");
        var passes = _set.Number("num_train_epochs");
        if (_set.Whole("max_steps") is { } most and > 0) _draft.Set("supervised.tokens", (long)most * tokens, $"TRL: max_steps {most}");
        else _draft.Set("supervised.epochs", passes ?? 3, passes is null ? Default : "TRL: num_train_epochs");
        if (_set.Text("eval_strategy") is not "no" && _set.Whole("eval_steps") is { } every) _draft.Set("supervised.validation_every", every, "TRL: eval_steps");
    }

    private void Optimizer()
    {
        var stage = source.Stage;
        var name = _set.Text("optim") ?? "adamw_torch";
        var kind = name.Contains("adamw", StringComparison.Ordinal) ? "adamw" : name.Contains("muon", StringComparison.Ordinal) ? "muon" : name == "sgd" ? "sgd"
            : throw _set.Node("optim")!.Place.Error($"There is no optimizer \"{name}\" here.", "optim", "adamw_torch, sgd and muon have counterparts.");
        _draft.Set($"{stage}.optimizer.kind", kind, _set.Mentions("optim") ? "TRL: optim" : Default);
        Fill($"{stage}.optimizer.learning_rate", source.Trainer == ForeignTrainer.Sft ? 2e-5 : 1e-6);
        Fill($"{stage}.optimizer.beta2", 0.999);
        var type = _set.Text("lr_scheduler_type") ?? "linear";
        var shape = type == "cosine_with_min_lr" ? "cosine" : type;
        if (RecipeType.EnumNames(typeof(ScheduleKind)).All(known => known.Name != shape))
            throw _set.Node("lr_scheduler_type")!.Place.Error($"There is no schedule \"{type}\" here.", "lr_scheduler_type", NearestName.Suggest(type, [.. RecipeType.EnumNames(typeof(ScheduleKind)).Select(known => known.Name)]));
        _draft.Set($"{stage}.schedule.kind", shape, _set.Mentions("lr_scheduler_type") ? "TRL: lr_scheduler_type" : Default);
        _draft.Set($"{stage}.schedule.minimum_ratio", _set.Number("lr_scheduler_kwargs.min_lr_rate") ?? 0);
        var (steps, share) = (_set.Number("warmup_steps") ?? 0, _set.Number("warmup_ratio") ?? 0);
        if (steps is > 0 and < 1) (steps, share) = (0, steps);
        if (share > 0 && steps == 0)
        {
            if (_set.Whole("max_steps") is { } all and > 0) steps = Math.Ceiling(share * all);
            else _toDo.Add(string.Create(CultureInfo.InvariantCulture, $"set {stage}.schedule.warmup to {share} of the steps that deliberate recipe check says: they follow from the data."));
        }

        _draft.Set($"{stage}.schedule.warmup", (int)Math.Ceiling(steps / _stepsABatch), steps > 0 ? "TRL: warmup" : null);
        if (shape == "constant" && (steps > 0 || share > 0)) _draft.Set($"{stage}.schedule.kind", "constant_with_warmup", "TRL: constant takes no warm-up");
    }

    /// <summary>TRL's default, where the file says nothing.</summary>
    private void Fill(string path, object value)
    {
        if (!_draft.Has(path)) _draft.Set(path, value, Default);
    }
}

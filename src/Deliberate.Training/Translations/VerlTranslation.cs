using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>
/// verl's PPO trainer as a recipe: <c>vanilla</c> is the clipped surrogate with a dual clip, averaged over tokens, whatever the advantages.
/// Steps are sampled batches in both.
/// </summary>
internal sealed class VerlTranslation(ForeignSource source)
{
    private const string Default = "verl's default";
    private const string Actor = "actor_rollout_ref.actor.", Rollout = "actor_rollout_ref.rollout.";

    /// <summary>verl's estimators: ours, and the objective where it is not the clipped surrogate.</summary>
    private static readonly Dictionary<string, (string Advantage, string? Objective)> Estimators = new(StringComparer.Ordinal)
    {
        ["gae"] = ("gae", "ppo"),
        ["grpo"] = ("group", null),
        ["grpo_passk"] = ("pass_at_k", null),
        ["rloo"] = ("rloo", null),
        ["opo"] = ("opo", null),
        ["gpg"] = ("gpg", null),
        ["remax"] = ("remax", null),
        ["reinforce_plus_plus"] = ("reinforce_pp", "reinforce_pp"),
        ["reinforce_plus_plus_baseline"] = ("reinforce_pp_baseline", "reinforce_pp_baseline"),
    };

    private static readonly Dictionary<string, string> Losses = new(StringComparer.Ordinal)
    {
        ["vanilla"] = "grpo",
        ["gspo"] = "gspo",
        ["sapo"] = "sapo",
        ["gpg"] = "gpg",
        ["cispo"] = "cispo_band",
        ["geo_mean"] = "gmpo",
        ["kl_cov"] = "kl_cov",
    };

    private readonly ForeignSettings _set = source.Settings;
    private readonly RecipeDraft _draft = new();
    private readonly List<string> _toDo = [];

    public Translation Make()
    {
        RecipeTranslation.CopySame(source, VerlKeys.Program, _draft);
        _draft.Set("name", RecipeTranslation.RunName(_set.Text("trainer.experiment_name") ?? "translated"), _set.Mentions("trainer.experiment_name") ? "verl: trainer.experiment_name" : null);
        if (_set.Whole("data.seed") is { } seed and >= 0) _draft.Set("seed", seed, "verl: data.seed");
        Inputs();
        Sampling();
        Objective();
        Kl();
        Rewards();
        Updates();
        Course();
        Adapter();
        return Translation.Of(source, VerlKeys.Program, _draft, _toDo);
    }

    private void Inputs()
    {
        if (_set.Text("actor_rollout_ref.model.path") is { } model) _draft.Set("model.from", RecipeTranslation.Model(model, _toDo), $"verl: actor_rollout_ref.model.path {model}");
        else _toDo.Add("name the model to start from in model.from: without it a new small one with random weights is trained.");
        Files("data.train_files", "problems.train", required: true);
        Files("data.val_files", "problems.test", required: false);
        var prompt = _set.Text("data.prompt_key") ?? "prompt";
        if (!RecipeTranslation.SaysAnswer(_set.List("data.train_files"), source.File))
        {
            _draft.Set("problems.fields.prompt", prompt, "verl: data.prompt_key");
            _draft.Set("problems.fields.answer", "reward_model.ground_truth", "where verl's data has it");
        }

        if (_set.Text("custom_reward_function.path") is { } reward) _toDo.Add($"{reward} judges: give it as problems.verifier (a command that reads a line of JSON a sample; docs/own-problems.md). Until then the answer is graded.");
        _set.Text("reward_model.reward_manager");
        var (longest, response) = (_set.Whole("data.max_prompt_length") ?? 512, _set.Whole("data.max_response_length") ?? 512);
        Fill("reinforcement.max_tokens", 512);
        RecipeTranslation.Context(_draft, longest + response, "verl: data.max_prompt_length + data.max_response_length");
        _draft.Set("evaluation.max_tokens", response, "as in training");
    }

    private void Adapter()
    {
        var rank = _set.Whole("actor_rollout_ref.model.lora_rank") ?? 0;
        if (rank <= 0) return;
        if ((_set.Text("algorithm.adv_estimator") ?? "gae") == "gae") _toDo.Add("a critic is a whole model beside the policy, which an adapter does not share yet: lora_rank was left out.");
        else RecipeTranslation.Adapter(_draft, rank, _set.Number("actor_rollout_ref.model.lora_alpha") ?? 16, _set.List("actor_rollout_ref.model.target_modules"), "verl: actor_rollout_ref.model.lora_rank");
    }

    private void Files(string name, string ours, bool required)
    {
        var files = _set.List(name);
        if (files.Count > 0) _draft.Set(ours, (string[])[.. files.Select(file => RecipeTranslation.Data(file, _toDo))], $"verl: {name}");
        else if (required)
        {
            _draft.Set(ours, (string[])["problems.jsonl"]);
            _toDo.Add("name the files of problems in problems.train, a line {\"prompt\": ..., \"answer\": ...} each.");
        }
    }

    private void Sampling()
    {
        Fill("reinforcement.prompts", 1024);
        Fill("reinforcement.samples", 1);
        if (_set.Whole(Rollout + "top_k") is { } most and > 0) _draft.Set("reinforcement.top_k", most, "verl: rollout.top_k");
        if (_set.Number(Rollout + "top_p") is < 1 || _draft.Has("reinforcement.top_k"))
        {
            _draft.Set("reinforcement.rollout_correction.weights", "token", "a filter needs one");
            _draft.Set("reinforcement.rollout_correction.threshold", 2, Default);
        }

        var greedy = _set.Flag(Rollout + "val_kwargs.do_sample") is not true;
        if (greedy || !_draft.Has("evaluation.temperature")) _draft.Set("evaluation.temperature", 0, _set.Mentions(Rollout + "val_kwargs.do_sample") || _set.Mentions(Rollout + "val_kwargs.temperature") ? "verl: val_kwargs" : Default);
        if (greedy && _set.Whole(Rollout + "val_kwargs.n") > 1) _draft.Set("evaluation.samples", 1, "greedy samples are all the same");
    }

    private void Objective()
    {
        var (named, mode) = (_set.Text("algorithm.adv_estimator") ?? "gae", _set.Text(Actor + "policy_loss.loss_mode") ?? "vanilla");
        if (!Estimators.TryGetValue(named, out var estimator)) throw _set.Node("algorithm.adv_estimator")!.Place.Error($"There is no estimator \"{named}\" here.", "algorithm.adv_estimator", NearestName.Suggest(named, Estimators.Keys));
        if (!Losses.TryGetValue(mode, out var loss)) throw _set.Node(Actor + "policy_loss.loss_mode")!.Place.Error($"There is no loss \"{mode}\" here.", Actor + "policy_loss.loss_mode", NearestName.Suggest(mode, Losses.Keys));
        var objective = mode == "vanilla" ? estimator.Objective ?? loss : loss;
        var advantage = estimator.Advantage == "group" && _set.Flag("algorithm.norm_adv_by_std_in_grpo") == false ? "none" : estimator.Advantage;
        _draft.Set("reinforcement.objective", objective, mode == "vanilla" ? $"verl: adv_estimator {named}, the clipped surrogate" : $"verl: loss_mode {mode}");
        if (PolicyObjectives.Find(objective).Advantage != advantage) _draft.Set("reinforcement.advantage", advantage, $"verl: adv_estimator {named}");
        // What a recipe without a critic, or without a sum over the tokens to come, must not say.
        if (advantage != "gae") _draft.Remove("reinforcement.critic");
        else Critic();
        if (!AdvantageEstimators.Find(advantage).Discounts) _draft.Remove("reinforcement.discount");
        var ours = PolicyObjectives.Find(objective).Defaults;
        if (mode is "vanilla" or "cispo")
        {
            var clip = _set.Number(Actor + "clip_ratio") ?? 0.2;
            Option("epsilon_low", ours.EpsilonLow, _set.Number(Actor + "clip_ratio_low") ?? clip, _set.Mentions(Actor + "clip_ratio"));
            Option("epsilon_high", ours.EpsilonHigh, _set.Number(Actor + "clip_ratio_high") ?? clip, _set.Mentions(Actor + "clip_ratio"));
            if (mode == "vanilla") Option("dual_clip", ours.DualClip ?? 0, _set.Number(Actor + "clip_ratio_c") ?? 3, isSet: false);
            Option("log_ratio_clamp", ours.LogRatioClamp ?? 0, 20, isSet: false);
        }

        if (!_draft.Has("reinforcement.options.aggregation") && mode == "vanilla" && ours.Aggregation != LossAggregation.TokenMean) _draft.Set("reinforcement.options.aggregation", "token-mean", Default);
    }

    private void Critic()
    {
        Fill("reinforcement.critic.lambda", 1);
        Fill("reinforcement.critic.clip", 0.5);
        Fill("reinforcement.critic.optimizer.learning_rate", 1e-5);
    }

    private void Option(string key, double ours, double theirs, bool isSet)
    {
        var path = "reinforcement.options." + key;
        if (!_draft.Has(path) && ours != theirs) _draft.Set(path, theirs, isSet ? "verl: clip_ratio" : Default);
    }

    private void Kl()
    {
        var coefficient = _set.Number(Actor + "kl_loss_coef") ?? 0.001;
        var type = _set.Text(Actor + "kl_loss_type") ?? "low_var_kl";
        if (_set.Flag(Actor + "use_kl_loss") == true)
        {
            _draft.Set("reinforcement.options.kl_coefficient", coefficient, "verl: kl_loss_coef");
            var kind = type.TrimEnd('+') switch
            {
                "kl" or "k1" => "k1",
                "abs" => "abs",
                "mse" or "k2" => "k2",
                "low_var_kl" or "k3" => "k3",
                _ => throw _set.Node(Actor + "kl_loss_type")!.Place.Error($"There is no KL \"{type}\" here.", Actor + "kl_loss_type", "kl, abs, mse and low_var_kl have counterparts."),
            };
            _draft.Set("reinforcement.options.kl", kind, "verl: kl_loss_type");
            if (kind == "k3") _draft.Set("reinforcement.options.kl_clamped", true, "as verl's");
            if (type.EndsWith('+')) _draft.Set("reinforcement.options.kl_straight_through", true, "verl: kl_loss_type +");
        }

        var (inReward, adaptive) = (_set.Number("algorithm.kl_ctrl.kl_coef") ?? 0.001, _set.Text("algorithm.kl_ctrl.type") == "adaptive");
        var (target, horizon) = (_set.Number("algorithm.kl_ctrl.target_kl") ?? 0.1, _set.Number("algorithm.kl_ctrl.horizon") ?? 10_000);
        if (_set.Flag("algorithm.use_kl_in_reward") != true) return;
        _draft.Set("reinforcement.kl.in_reward", inReward, "verl: kl_ctrl.kl_coef");
        if (!adaptive) return;
        _draft.Set("reinforcement.kl.target", target, "verl: kl_ctrl.target_kl");
        _draft.Set("reinforcement.kl.horizon", horizon, "verl: kl_ctrl.horizon");
    }

    private void Rewards()
    {
        var (buffer, factor) = (_set.Whole("reward_model.overlong_buffer.len"), _set.Number("reward_model.overlong_buffer.penalty_factor") ?? 1);
        if (_set.Flag("reward_model.overlong_buffer.enable") == true && buffer is { } tokens)
            _draft.Set("reinforcement.rewards", (RecipeDraft.RewardTerm[])[new([("kind", "correct")]), new([("kind", "overlong_linear"), ("buffer", tokens), ("factor", factor)], "verl: overlong_buffer")]);
        if (_set.Flag("algorithm.filter_groups.enable") == true) _draft.Set("reinforcement.dynamic_sampling", true, "verl: filter_groups");
        else _draft.Remove("reinforcement.resampling_rounds");
    }

    private void Updates()
    {
        var (prompts, part) = (_set.Whole("data.train_batch_size") ?? 1024, Math.Max(1, _set.Whole(Actor + "ppo_mini_batch_size") ?? 256));
        var updates = Math.Clamp(prompts / part, 1, prompts);
        if (updates > 1) _draft.Set("reinforcement.updates", updates, $"verl: {prompts} problems in mini-batches of {part}");
        _draft.Set("reinforcement.optimizer.kind", "adamw");
        Fill("reinforcement.optimizer.learning_rate", 1e-6);
        Fill("reinforcement.optimizer.weight_decay", 0.01);
        Fill("reinforcement.optimizer.beta2", 0.999);
        var style = _set.Text(Actor + "optim.lr_scheduler_type") ?? _set.Text(Actor + "optim.warmup_style") ?? "constant";
        var warms = _set.Whole(Actor + "optim.lr_warmup_steps") is > 0;
        if (!warms) _draft.Set("reinforcement.schedule.warmup", 0);
        if (_set.Number(Actor + "optim.lr_warmup_steps_ratio") is { } share and > 0 && !warms)
        {
            if (_set.Whole("trainer.total_training_steps") is { } steps) _draft.Set("reinforcement.schedule.warmup", (int)Math.Ceiling(share * steps), "verl: lr_warmup_steps_ratio");
            else _toDo.Add(string.Create(CultureInfo.InvariantCulture, $"set reinforcement.schedule.warmup to {share} of the steps that deliberate recipe check says: they follow from the data."));
            warms = true;
        }

        _draft.Set("reinforcement.schedule.kind", style == "constant" && warms ? "constant_with_warmup" : style, "verl: lr_scheduler_type");
    }

    private void Course()
    {
        if (_draft.Has("reinforcement.steps")) _draft.Remove("reinforcement.epochs");
        else Fill("reinforcement.epochs", 30);
        var (save, test) = (_set.Whole("trainer.save_freq") ?? -1, _set.Whole("trainer.test_freq") ?? -1);
        if (save > 0) _draft.Set("checkpoint.every", save, "verl: save_freq");
        _draft.Set("evaluation.every", Math.Max(0, test), _set.Mentions("trainer.test_freq") ? "verl: test_freq" : Default);
        if (_set.Whole("trainer.max_actor_ckpt_to_keep") is { } kept and > 0) _draft.Set("checkpoint.keep_last", kept, "verl: max_actor_ckpt_to_keep");
    }

    /// <summary>verl's default, where the file says nothing.</summary>
    private void Fill(string path, object value)
    {
        if (!_draft.Has(path)) _draft.Set(path, value, Default);
    }
}

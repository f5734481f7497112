using Deliberate.Core;

namespace Deliberate.Training.Tests;

/// <summary>Training files of TRL and verl become recipes that say the same.</summary>
public sealed class RecipeTranslationTests
{
    [Fact]
    public void A_grpo_file_of_trls_command_line_keeps_its_batch_objective_and_rates()
    {
        var (recipe, translation) = Translate("grpo.yaml", """
            model_name_or_path: Qwen/Qwen2-0.5B-Instruct
            dataset_name: trl-lib/DeepMath-103K
            reward_funcs: [accuracy_reward, think_format_reward]
            reward_weights: [1.0, 0.2]
            output_dir: out/grpo-small
            per_device_train_batch_size: 16
            gradient_accumulation_steps: 4
            num_generations: 8
            max_completion_length: 256
            max_prompt_length: 128
            num_train_epochs: 2
            learning_rate: 2.0e-6
            lr_scheduler_type: cosine
            warmup_ratio: 0.1
            beta: 0.04
            loss_type: grpo
            scale_rewards: none
            epsilon_high: 0.25
            top_k: 50
            use_vllm: true
            bf16: true
            gradient_checkpointing: true
            a_new_setting: 3
            seed: 7
            """);
        var rl = recipe.Reinforcement;
        (rl.Prompts, rl.Samples, rl.Updates, rl.Epochs, rl.MaxTokens).ShouldBe((8, 8, 1, 2.0, 256));
        (rl.Objective, rl.Advantage, rl.Options.EpsilonLow, rl.Options.EpsilonHigh, rl.Options.KlCoefficient).ShouldBe(("grpo", "none", 0.2, 0.25, 0.04));
        (rl.Optimizer.LearningRate, rl.Optimizer.Beta2, rl.Schedule.Kind, rl.Schedule.MinimumRatio).ShouldBe((2e-6, 0.999, ScheduleKind.Cosine, 0));
        (rl.TopK, rl.SamplerCorrection!.Maximum).ShouldBe((50, 3));
        rl.Rewards.Select(term => (term.Term, term.Weight)).ShouldBe([("correct", 1), ("format", 0.2)]);
        (recipe.Name, recipe.Seed, recipe.Model.Context, recipe.Model.From).ShouldBe(("grpo-small", 7ul, 384, "models/Qwen2-0.5B-Instruct"));
        recipe.Problems!.Fields["answer"].ShouldBe("solution");
        translation.Left.Select(one => one.Name).ShouldBe(["use_vllm", "bf16", "gradient_checkpointing", "a_new_setting"]);
        translation.Left.ShouldAllBe(one => one.Line > 0);
        translation.Left[3].Why.ShouldContain("not among the settings");
        translation.ToDo.ShouldContain(line => line.Contains("huggingface-cli download Qwen/Qwen2-0.5B-Instruct", StringComparison.Ordinal));
        translation.ToDo.ShouldContain(line => line.Contains("warmup to 0.1", StringComparison.Ordinal));
        translation.Recipe.ShouldContain("# TRL: num_generations");
        translation.Recipe.ShouldContain("# - use_vllm: true - sampler and trainer are one engine");
    }

    [Fact]
    public void A_sampled_batch_of_several_optimizer_steps_has_as_many_updates_and_fewer_steps()
    {
        var (recipe, _) = Translate("grpo.yaml", """
            num_generations: 4
            per_device_train_batch_size: 8
            steps_per_generation: 4
            num_iterations: 2
            max_steps: 80
            eval_steps: 16
            save_steps: 24
            """);
        // 32 completions a sampled batch, 8 an optimizer step, twice over.
        (recipe.Reinforcement.Prompts, recipe.Reinforcement.Updates, recipe.Reinforcement.Iterations, recipe.Reinforcement.Steps).ShouldBe((8, 4, 2, 10));
        (recipe.Evaluation.Every, recipe.Checkpoint.Every).ShouldBe((2, 3));
        recipe.Reinforcement.Objective.ShouldBe("dapo");
        recipe.Reinforcement.Options.EpsilonHigh.ShouldBe(0.2);
    }

    [Fact]
    public void A_python_program_is_read_as_far_as_its_values_are_literals()
    {
        var (recipe, translation) = Translate("train.py", """"
            # GRPOConfig(num_generations=99) in a comment is none.
            from trl import GRPOConfig, GRPOTrainer
            """GRPOConfig(num_generations=98)"""
            dataset = load_dataset("trl-lib/tldr", split="train")

            config = GRPOConfig(
                output_dir="Qwen2-0.5B-GRPO",
                learning_rate=1e-5,
                num_generations=4,  # completions
                per_device_train_batch_size=2 * 4,
                max_completion_length=64,
                report_to=["wandb"], bf16=torch.cuda.is_available(),
                loss_type="dr_grpo", beta=0.0,
            )
            trainer = GRPOTrainer(model="Qwen/Qwen2-0.5B-Instruct", reward_funcs=reward_num_unique_letters, args=config, train_dataset=dataset)
            """");
        (recipe.Reinforcement.Samples, recipe.Reinforcement.Optimizer.LearningRate, recipe.Reinforcement.Objective, recipe.Reinforcement.MaxTokens).ShouldBe((4, 1e-5, "dr_grpo", 64));
        recipe.Model.From.ShouldBe("models/Qwen2-0.5B-Instruct");
        translation.Left.Select(one => one.Name).ShouldBe(["report_to", "per_device_train_batch_size", "bf16"]);
        translation.Left[1].Value.ShouldBe("2 * 4");
        translation.ToDo.ShouldContain(line => line.Contains("reward_num_unique_letters is a function of yours", StringComparison.Ordinal));
    }

    [Fact]
    public void A_script_of_verl_keeps_its_estimator_clip_kl_and_mini_batches()
    {
        var (recipe, translation) = Translate("run_grpo.sh", """
            set -x
            MODEL=${MODEL:-Qwen/Qwen2.5-0.5B-Instruct}   # or another
            gsm8k_train=$HOME/data/gsm8k/train.parquet

            python3 -m verl.trainer.main_ppo \
                algorithm.adv_estimator=grpo \
                data.train_files="['$gsm8k_train']" \
                data.val_files=$HOME/data/gsm8k/test.parquet \
                data.train_batch_size=64 \
                data.max_prompt_length=128 \
                data.max_response_length=256 \
                data.truncation='error' \
                actor_rollout_ref.model.path=$MODEL \
                actor_rollout_ref.actor.optim.lr=3e-6 \
                actor_rollout_ref.actor.ppo_mini_batch_size=16 \
                actor_rollout_ref.actor.ppo_micro_batch_size_per_gpu=8 \
                actor_rollout_ref.actor.use_kl_loss=True \
                actor_rollout_ref.actor.kl_loss_coef=0.002 \
                actor_rollout_ref.actor.kl_loss_type=low_var_kl \
                actor_rollout_ref.actor.clip_ratio_high=0.28 \
                actor_rollout_ref.rollout.name=vllm \
                actor_rollout_ref.rollout.n=5 \
                actor_rollout_ref.rollout.val_kwargs.temperature=0.5 \
                actor_rollout_ref.rollout.val_kwargs.do_sample=True \
                algorithm.use_kl_in_reward=False \
                +algorithm.filter_groups.enable=True \
                trainer.logger='["console"]' \
                trainer.experiment_name='qwen_small' \
                trainer.save_freq=20 trainer.test_freq=5 \
                trainer.total_epochs=15 $@
            """);
        var rl = recipe.Reinforcement;
        (rl.Prompts, rl.Samples, rl.Updates, rl.Epochs, rl.MaxTokens).ShouldBe((64, 5, 4, 15.0, 256));
        (rl.Objective, rl.Advantage, rl.DynamicSampling, rl.Critic).ShouldBe(("grpo", "group", true, null));
        var options = rl.Options;
        (options.EpsilonLow, options.EpsilonHigh, options.DualClip, options.LogRatioClamp, options.Aggregation).ShouldBe((0.2, 0.28, 3.0, 20.0, LossAggregation.TokenMean));
        (options.KlCoefficient, options.Kl, options.KlClamped).ShouldBe((0.002, KlKind.K3, true));
        (recipe.Evaluation.Temperature, recipe.Evaluation.Every, recipe.Checkpoint.Every, recipe.Model.Context).ShouldBe((0.5, 5, 20, 384));
        (recipe.Name, recipe.Model.From, rl.Optimizer.LearningRate, rl.Optimizer.WeightDecay).ShouldBe(("qwen_small", "models/Qwen2.5-0.5B-Instruct", 3e-6, 0.01));
        recipe.Problems!.Fields.ShouldBe(new Dictionary<string, string> { ["prompt"] = "prompt", ["answer"] = "reward_model.ground_truth" });
        recipe.Problems.Train.ShouldHaveSingleItem().ShouldEndWith("data/gsm8k/train.jsonl");
        translation.Left.Select(one => one.Name).ShouldBe(["data.truncation", "actor_rollout_ref.actor.ppo_micro_batch_size_per_gpu", "actor_rollout_ref.rollout.name", "trainer.logger"]);
    }

    [Fact]
    public void What_a_loss_does_not_read_is_left_out_and_listed()
    {
        var (recipe, translation) = Translate("grpo.yaml", "num_generations: 4\nmax_completion_length: 64\nmax_steps: 3\nloss_type: sapo\nepsilon: 0.3\nsapo_temperature_pos: 1.5\ndelta: 4\nuse_bias_correction_kl: true\n");
        var options = recipe.Reinforcement.Options;
        (options.TemperaturePositive, options.EpsilonLow, options.Delta, options.KlImportanceWeighted).ShouldBe((1.5, 0.2, null, false));
        translation.Left.Select(one => (one.Name, one.Value, one.Line)).ShouldBe([("epsilon", "0.3", 5), ("delta", "4", 7), ("use_bias_correction_kl", "true", 8)], ignoreOrder: true);
        translation.Left.Single(one => one.Name == "delta").Why.ShouldContain("sapo does not read it");

        // Of cispo an epsilon is the cap.
        var (cispo, all) = Translate("grpo.yaml", "num_generations: 4\nmax_completion_length: 64\nmax_steps: 3\nloss_type: cispo\nepsilon: 4\n");
        (cispo.Reinforcement.Options.EpsilonHigh, all.Left.Count).ShouldBe((4.0, 0));

        var (verl, left) = Translate("verl.yaml", """
            algorithm: { adv_estimator: grpo }
            actor_rollout_ref: { rollout: { n: 4 }, actor: { policy_loss: { loss_mode: sapo }, clip_ratio_low: 0.1, loss_scale_factor: 64, use_kl_loss: true, kl_loss_coef: 0, kl_loss_type: kl } }
            trainer: { total_training_steps: 3 }
            """);
        verl.Reinforcement.Options.ShouldBe(SapoObjective.Entry.Defaults);
        left.Left.Select(one => one.Name).ShouldBe(["actor_rollout_ref.actor.clip_ratio_low", "actor_rollout_ref.actor.loss_scale_factor", "actor_rollout_ref.actor.kl_loss_type"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("gae", "ppo", "gae")]
    [InlineData("rloo", "grpo", "rloo")]
    [InlineData("reinforce_plus_plus", "reinforce_pp", "reinforce_pp")]
    [InlineData("reinforce_plus_plus_baseline", "reinforce_pp_baseline", "reinforce_pp_baseline")]
    [InlineData("remax", "grpo", "remax")]
    [InlineData("opo", "grpo", "opo")]
    [InlineData("gpg", "grpo", "gpg")]
    [InlineData("grpo_passk", "grpo", "pass_at_k")]
    public void Every_estimator_of_verl_has_its_objective(string estimator, string objective, string advantage)
    {
        var (recipe, _) = Translate("verl.yaml", $$"""
            algorithm: { adv_estimator: {{estimator}}, gamma: 1.0, lam: 0.95 }
            actor_rollout_ref: { rollout: { n: 4 } }
            trainer: { total_training_steps: 3, critic_warmup: 2 }
            """);
        (recipe.Reinforcement.Objective, recipe.Reinforcement.Advantage).ShouldBe((objective, advantage));
        recipe.Reinforcement.Steps.ShouldBe(3);
        if (advantage == "gae") (recipe.Reinforcement.Critic!.Lambda, recipe.Reinforcement.Critic.Warmup, recipe.Reinforcement.Critic.Clip).ShouldBe((0.95, 2, 0.5));
        else recipe.Reinforcement.Critic.ShouldBeNull();
    }

    [Fact]
    public void The_overlong_buffer_of_verl_is_its_line_of_punishment()
    {
        var (recipe, _) = Translate("verl.yaml", """
            algorithm: { adv_estimator: grpo }
            actor_rollout_ref: { rollout: { n: 4 } }
            reward_model: { reward_manager: dapo, overlong_buffer: { enable: true, len: 40, penalty_factor: 0.5 } }
            trainer: { total_training_steps: 3 }
            """);
        recipe.Reinforcement.Rewards.ShouldBe([new CorrectReward(), new LinearOverlongReward { Buffer = 40, Factor = 0.5 }]);
    }

    [Fact]
    public void Low_rank_adapters_are_adapters_where_they_are_asked_for()
    {
        var (trl, _) = Translate("grpo.yaml", "model_name_or_path: models/small\nnum_generations: 4\nmax_completion_length: 64\nmax_steps: 3\nuse_peft: true\nlora_r: 8\nlora_target_modules: [q_proj, v_proj]\n");
        (trl.Adapter!.Rank, trl.Adapter.Alpha).ShouldBe((8, 32));
        trl.Adapter.TargetModules.ShouldBe(["q_proj", "v_proj"]);
        Translate("grpo.yaml", "model_name_or_path: models/small\nnum_generations: 4\nmax_completion_length: 64\nmax_steps: 3\nlora_r: 8\n").Recipe.Adapter.ShouldBeNull();

        const string Verl = "algorithm: {{ adv_estimator: {0} }}\nactor_rollout_ref: {{ model: {{ path: models/small, lora_rank: 32, target_modules: all-linear }}, rollout: {{ n: 4 }} }}\ntrainer: {{ total_training_steps: 3 }}\n";
        var (verl, _) = Translate("verl.yaml", string.Format(System.Globalization.CultureInfo.InvariantCulture, Verl, "grpo"));
        (verl.Adapter!.Rank, verl.Adapter.Alpha).ShouldBe((32, 16));
        verl.Adapter.TargetModules.ShouldBe(new AdapterRecipe().TargetModules);
        var (whole, translation) = Translate("verl.yaml", string.Format(System.Globalization.CultureInfo.InvariantCulture, Verl, "gae"));
        whole.Adapter.ShouldBeNull();
        translation.ToDo.ShouldContain(todo => todo.Contains("lora_rank was left out", StringComparison.Ordinal));
    }

    [Fact]
    public void Imitation_and_rloo_have_their_stage_and_their_kl()
    {
        var (sft, _) = Translate("sft.yaml", """
            model_name_or_path: ./base
            dataset_name: chats.jsonl
            packing: true
            max_length: 512
            per_device_train_batch_size: 4
            gradient_accumulation_steps: 2
            num_train_epochs: 1
            eval_steps: 20
            """);
        (sft.Supervised.BatchTokens, sft.Supervised.Epochs, sft.Supervised.ValidationEvery, sft.Supervised.Optimizer.LearningRate, sft.Model.Context).ShouldBe((4096, 1.0, 20, 2e-5, 512));
        sft.Reinforcement.Steps.ShouldBe(0);
        var (dpo, _) = Translate("dpo.yaml", "model_name_or_path: ./base\ndataset_name: pairs.jsonl\nloss_type: [sigmoid, bco_pair]\nloss_weights: [0.8, 0.2]\nbeta: 0.2\nlabel_smoothing: 0.1\n");
        (dpo.Preference!.Beta, dpo.Preference.LabelSmoothing, dpo.Supervised.Optimizer.LearningRate, dpo.Reinforcement.Steps).ShouldBe((0.2, 0.1, 1e-6, 0));
        dpo.Preference.Losses.ShouldBe(["dpo", "bco_pair"]);
        dpo.Preference.Weights.ShouldBe([0.8, 0.2]);
        var (rloo, _) = Translate("rloo.yaml", "num_generations: 4\nbeta: 0.02\nmax_steps: 6\n", ForeignTrainer.Rloo);
        (rloo.Reinforcement.Objective, rloo.Reinforcement.Advantage, rloo.Reinforcement.Kl.InReward).ShouldBe(("rloo", "rloo", 0.02));
    }

    [Theory]
    [InlineData("dpo.yaml", "beta: 0.1\nlabel_smoothing: 0\nloss_type: sigmod", "There is no loss_type \"sigmod\" here")]
    [InlineData("x.yaml", "learning_rate: 1e-6", "does not say which trainer")]
    [InlineData("x.sh", "echo hello", "No command in it starts a trainer")]
    [InlineData("x.py", "print('GRPOConfig')", "There is no GRPOConfig")]
    [InlineData("x.yaml", "num_generations: many", "x.yaml:1:18: num_generations: Expected a number, found \"many\"")]
    [InlineData("x.yaml", "num_generations: 8\nloss_type: grpoo", "x.yaml:2:12: loss_type: There is no loss_type \"grpoo\" here. Did you mean \"grpo\"?")]
    [InlineData("x.yaml", "algorithm: { adv_estimator: magic }", "There is no estimator \"magic\"")]
    public void What_cannot_be_translated_is_said(string file, string text, string said) =>
        Should.Throw<UserError>(() => Translate(file, text)).Message.ShouldContain(said);

    [Fact]
    public void A_command_line_wins_over_the_file_that_it_names()
    {
        var folder = Directory.CreateTempSubdirectory("deliberate-translate-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "c.yaml"), "num_generations: 4\nlearning_rate: 1e-5\n");
            var script = Path.Combine(folder, "run.sh");
            File.WriteAllText(script, "accelerate launch --num_processes 2 -m trl grpo --config c.yaml \\\n  --learning-rate=3e-5 --max_steps 10 --use_vllm --per_device_train_batch_size 4\n");
            var recipe = Parsed(RecipeTranslation.Of(ForeignSource.Read(script)));
            (recipe.Reinforcement.Samples, recipe.Reinforcement.Optimizer.LearningRate, recipe.Reinforcement.Steps, recipe.Reinforcement.Prompts).ShouldBe((4, 3e-5, 10, 2));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>As TRL's examples are started: the value of an option is no trainer, and a script may be the user's own.</summary>
    [Theory]
    [InlineData("gspo.py")]
    [InlineData("mine.py")]
    public void A_script_is_known_by_its_name_or_by_its_settings(string script)
    {
        var (recipe, translation) = Translate("run.sh", $"accelerate launch --config_file zero3.yaml examples/scripts/{script} --model_name_or_path Qwen/Qwen3-0.6B --output_dir gspo-$(date +%Y-%m-%d) --learning_rate 1e-5 --use_peft \\\n  --lora_target_modules \"q_proj\", \"v_proj\" --per_device_train_batch_size 8 --num_generations 8 --max_completion_length 256 \\\n  --importance_sampling_level sequence --epsilon 3e-4 --epsilon_high 4e-4 --beta 0.0 --loss_type grpo --gradient_accumulation_steps 2 --steps_per_generation 8\n");
        var rl = recipe.Reinforcement;
        (rl.Objective, rl.Options.EpsilonLow, rl.Options.EpsilonHigh, rl.MaxTokens, rl.Prompts, rl.Samples, rl.Updates).ShouldBe(("gspo", 3e-4, 4e-4, 256, 8, 8, 4));
        (recipe.Name, rl.Optimizer.LearningRate).ShouldBe(("gspo", 1e-5));
        recipe.Adapter!.TargetModules.ShouldBe(["q_proj", "v_proj"]);
        translation.Left.ShouldBeEmpty();
    }

    [Fact]
    public void A_program_that_reads_its_command_line_is_translated_by_the_command_that_it_shows()
    {
        const string Program = """"
            """
            accelerate launch examples/scripts/gspo.py \
                --num_generations 4 --loss_type grpo --max_completion_length 64
            """
            from trl import GRPOConfig, GRPOTrainer
            parser = TrlParser((ScriptArguments, GRPOConfig, ModelConfig))
            train, test = load_dataset("AI-MO/NuminaMath-TIR", split=["train[:5%]", "test[:5%]"])
            trainer = GRPOTrainer(model=model_args.model_name_or_path, args=training_args, reward_funcs=[think_format_reward, accuracy_reward])
            """";
        var (recipe, translation) = Translate("gspo.py", Program);
        (recipe.Reinforcement.Samples, recipe.Reinforcement.Objective, recipe.Reinforcement.MaxTokens).ShouldBe((4, "grpo", 64));
        recipe.Reinforcement.Rewards.Select(term => term.Term).ShouldBe(["format", "correct"]);
        translation.ToDo.ShouldContain(line => line.Contains("NuminaMath-TIR", StringComparison.Ordinal));
        Should.Throw<UserError>(() => Translate("none.py", "parser = TrlParser((GRPOConfig,))")).Message.ShouldContain("write it into a .sh file");
    }

    [Fact]
    public void What_a_shell_would_work_out_is_left_as_it_is_written_but_for_the_home_folder()
    {
        var (recipe, translation) = Translate("run.sh", """
            NAME=run-$(date +%Y%m%d.%H%M%S)
            python3 -m verl.trainer.main_ppo data.train_files=$HOME/data/train.parquet trainer.experiment_name=qwen-${NAME} trainer.default_local_dir=out/$NAME trainer.nnodes=1 actor_rollout_ref.actor.fsdp_config.model_dtype=bf16
            """);
        recipe.Name.ShouldBe("qwen-run");
        recipe.Problems!.Train.ShouldBe([Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), "data/train.jsonl")]);
        translation.Left.Single(one => one.Name == "trainer.default_local_dir").Value.ShouldBe("out/run-$(date +%Y%m%d.%H%M%S)");
        translation.Left.Single(one => one.Name == "actor_rollout_ref.actor.fsdp_config.model_dtype").Why.ShouldContain("float32");
    }

    /// <summary>As verl's examples are written since 2026: settings in arrays, variables with defaults that name others.</summary>
    [Fact]
    public void Arrays_of_a_script_are_read()
    {
        var (recipe, translation) = Translate("run.sh", """
            DEVICE=${DEVICE:-$(python3 -c 'import torch_npu' 2>/dev/null && echo npu || echo gpu)}
            FOLDER=/data
            TRAIN_FILE=${TRAIN_FILE:-$FOLDER/train.parquet}
            DATA=(
                algorithm.adv_estimator=grpo   # the estimator
                data.train_files=${TRAIN_FILE}
                data.train_batch_size=${BATCH:-32}
                data.truncation='error'
            )
            ROLLOUT=(actor_rollout_ref.rollout.n=4)
            ROLLOUT+=(actor_rollout_ref.rollout.temperature=0.8)
            EXTRA=(
            )
            LAUNCH=(python3)
            "${LAUNCH[@]}" -m verl.trainer.main_ppo \
                "${DATA[@]}" \
                "${ROLLOUT[@]}" \
                "${EXTRA[@]}" \
                "$@"
            """);
        recipe.Problems!.Train.ShouldBe(["/data/train.jsonl"]);
        (recipe.Reinforcement.Prompts, recipe.Reinforcement.Samples, recipe.Reinforcement.Temperature).ShouldBe((32, 4, 0.8));
        translation.Left.Single().ShouldSatisfyAllConditions(one => one.Name.ShouldBe("data.truncation"), one => one.Line.ShouldBe(8));
        Should.Throw<UserError>(() => Translate("run.sh", "python3 -m verl.trainer.main_ppo \"${ELSEWHERE[@]}\"")).Message.ShouldContain("Settings come from ${ELSEWHERE[@]}");
    }

    private static (TrainRecipe Recipe, Translation Translation) Translate(string file, string text, ForeignTrainer? trainer = null)
    {
        var translation = RecipeTranslation.Of(ForeignSource.Parse(text, file, trainer));
        return (Parsed(translation), translation);
    }

    private static TrainRecipe Parsed(Translation translation)
    {
        var recipe = TrainRecipe.Parse(translation.Recipe, "translated.yaml");
        return recipe;
    }
}

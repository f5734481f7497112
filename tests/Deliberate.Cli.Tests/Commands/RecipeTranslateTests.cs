using System.Text.Json;
using Deliberate.Testing;

namespace Deliberate.Cli.Tests;

/// <summary>From a training file of TRL or verl to a trained run, with a tiny model and tiny numbers.</summary>
public sealed class RecipeTranslateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_grpo_file_of_trl_is_translated_and_trained()
    {
        FixtureModel.CopyTo(_folder, "base");
        _folder.File("sums.jsonl", string.Concat(Enumerable.Range(0, 24).Select(i => $$"""{"prompt": [{"role": "system", "content": "Be short."}, {"role": "user", "content": "{{i}}+1="}], "solution": "{{i + 1}}"}""" + "\n")));
        _folder.File("grpo.yaml", """
            model_name_or_path: ./base
            dataset_name: sums.jsonl
            reward_funcs: [accuracy_reward]
            output_dir: out/tiny-grpo
            per_device_train_batch_size: 8
            num_generations: 4
            max_completion_length: 6
            max_prompt_length: 96
            num_train_epochs: 0.2
            learning_rate: 1.0e-5
            beta: 0.01
            use_vllm: false
            logging_steps: 1
            """);
        var said = CliProcess.Run(_folder.Root, "recipe", "translate", "grpo.yaml", "--output", "mine.yaml").ShouldSucceed().Output;
        said.ShouldContain("use_vllm");
        said.ShouldContain("one engine");
        CliProcess.Run(_folder.Root, "recipe", "translate", "grpo.yaml", "--output", "mine.yaml").ShouldBeUserMistake().ShouldContain("there already");
        var trained = CliProcess.Run(_folder.Root, "train", "mine.yaml", "--set", "problems.fields.prompt=prompt", "--set", "evaluation.problems=2").ShouldSucceed().Output;
        trained.ShouldContain("runs/tiny-grpo");
        var samples = CliProcess.Run(_folder.Root, "runs", "samples", "runs/tiny-grpo", "--count", "1").ShouldSucceed().Output;
        // What the model was asked, the system message included.
        samples.ShouldContain("Be short.");
    }

    [Fact]
    public void A_script_of_verl_is_translated_and_trained()
    {
        FixtureModel.CopyTo(_folder, "base");
        _folder.File("train.jsonl", string.Concat(Enumerable.Range(0, 24).Select(i => $$$"""{"prompt": [{"role": "user", "content": "{{{i}}}+1="}], "reward_model": {"style": "rule", "ground_truth": "{{{i + 1}}}"}}""" + "\n")));
        _folder.File("run.sh", """
            python3 -m verl.trainer.main_ppo algorithm.adv_estimator=grpo data.train_files=./train.jsonl \
              data.train_batch_size=4 data.max_prompt_length=64 data.max_response_length=6 \
              actor_rollout_ref.model.path=./base actor_rollout_ref.actor.ppo_mini_batch_size=2 actor_rollout_ref.actor.optim.lr=1e-5 \
              actor_rollout_ref.rollout.n=2 actor_rollout_ref.rollout.name=vllm trainer.experiment_name=tiny-verl trainer.total_training_steps=2
            """);
        var json = JsonDocument.Parse(CliProcess.Run(_folder.Root, "recipe", "translate", "run.sh", "--json").ShouldSucceed().Output).RootElement;
        json.GetProperty("without_counterpart").EnumerateArray().Select(one => one.GetProperty("name").GetString()).ShouldBe(["actor_rollout_ref.rollout.name"]);
        _folder.File("mine.yaml", json.GetProperty("recipe").GetString()!);
        CliProcess.Run(_folder.Root, "train", "mine.yaml", "--set", "evaluation.problems=2").ShouldSucceed().Output.ShouldContain("runs/tiny-verl");
        var facts = File.ReadAllLines(Path.Combine(_folder.Root, "runs", "tiny-verl", "samples.jsonl")).Length;
        facts.ShouldBe(16);
    }

    [Fact]
    public void A_name_is_looked_up()
    {
        CliProcess.Run(".", "recipe", "names", "num_generations").ShouldSucceed().Output.ShouldContain("reinforcement.samples");
        CliProcess.Run(".", "recipe", "names", "num_genrations").ShouldBeUserMistake().ShouldContain("\"num_generations\"");
    }
}

using Deliberate.Reasoning;
using Deliberate.Testing;

namespace Deliberate.Training.Tests;

/// <summary>Runs whose answers are programs: problems of the user's with tests, and those of the family.</summary>
public sealed class ProgramRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Programs_are_imitated_then_reinforced_and_judged_by_their_tests_in_the_sandbox()
    {
        Assert.SkipWhen(Sandbox.WhyNotUntrusted() is not null, $"{Sandbox.WhyNotUntrusted()} (scripts/install-test-tools.sh installs it).");
        Assert.SkipUnless(File.Exists("/usr/bin/python3") || File.Exists("/usr/local/bin/python3"), "There is no python3 of the system's.");
        // One of three examples adds one too many, so that there is something to find out.
        Write("data.jsonl", string.Join('\n', Enumerable.Range(0, 24).Select(i => $"{{\"prompt\": \"+{i % 4}\", \"completion\": \"def f(x): return x+{(i % 4) + (i % 3 == 0 ? 1 : 0)}\"}}")));
        Write("problems.jsonl", string.Join('\n', Enumerable.Range(0, 4).Select(i => $"{{\"prompt\": \"+{i}\", \"tests\": [\"assert f(2) == {2 + i}\", \"assert callable(f)\"]}}")));
        Write("held.jsonl", "{\"prompt\": \"+9\", \"tests\": [\"assert f(2) == 11\"]}");
        var path = Write(
            "programs.yaml",
            """
            name: programs
            model: { hidden: 32, layers: 1, heads: 2, intermediate: 48, context: 48, tokenizer: { vocabulary: 300 } }
            micro_batch_tokens: 256
            supervised: { data: [data.jsonl], tokens: 24000, batch_tokens: 400, validation: 0, optimizer: { kind: adamw, learning_rate: 0.01 } }
            problems: { train: [problems.jsonl], test: [held.jsonl], tests: { timeout_s: 20 } }
            reinforcement:
              steps: 1
              prompts: 2
              samples: 3
              max_tokens: 16
              rewards: [{ kind: correct }, { kind: component, component: tests, weight: 0.2 }]
            evaluation: { problems: 0 }
            checkpoint: { every: 1 }
            """);
        var folder = TinyRun.Start(TrainRecipe.Read(path), _folder.File("run"));
        var samples = SampleStore.Read(Path.Combine(folder, SampleStore.FileName), 1).ToList();
        samples.Count.ShouldBe(6);
        samples.ShouldContain(s => s.Reward > 0);
        foreach (var sample in samples)
            // A program that is not right passes one test of two, or none where it does not run.
            sample.Reward.ShouldBeOneOf(1.2, 0.1, 0);
    }

    [Fact]
    public void Programs_in_csharp_are_judged_by_their_tests_in_the_sandbox()
    {
        Assert.SkipWhen(Sandbox.WhyNotUntrusted() is not null, $"{Sandbox.WhyNotUntrusted()} (scripts/install-test-tools.sh installs it).");
        Write("data.jsonl", string.Join('\n', Enumerable.Range(0, 24).Select(i => $"{{\"prompt\": \"+{i % 4}\", \"completion\": \"int F(int x) => x+{(i % 4) + (i % 3 == 0 ? 1 : 0)};\"}}")));
        Write("problems.jsonl", string.Join('\n', Enumerable.Range(0, 4).Select(i => $"{{\"prompt\": \"+{i}\", \"tests\": [\"F(2) == {2 + i}\", \"Assert(F(0) > -1)\"]}}")));
        var path = Write(
            "programs.yaml",
            """
            name: programs
            model: { hidden: 32, layers: 1, heads: 2, intermediate: 48, context: 48, tokenizer: { vocabulary: 300 } }
            micro_batch_tokens: 256
            supervised: { data: [data.jsonl], tokens: 24000, batch_tokens: 400, validation: 0, optimizer: { kind: adamw, learning_rate: 0.01 } }
            problems: { train: [problems.jsonl], tests: { language: csharp, timeout_s: 120 } }
            reinforcement:
              steps: 1
              prompts: 2
              samples: 3
              max_tokens: 16
              rewards: [{ kind: correct }, { kind: component, component: tests, weight: 0.2 }]
            evaluation: { problems: 0 }
            checkpoint: { every: 1 }
            """);
        var folder = TinyRun.Start(TrainRecipe.Read(path), _folder.File("run"));
        var samples = SampleStore.Read(Path.Combine(folder, SampleStore.FileName), 1).ToList();
        samples.Count.ShouldBe(6);
        samples.ShouldContain(s => s.Reward > 0);
        foreach (var sample in samples) sample.Reward.ShouldBeOneOf(1.2, 0.1, 0);
    }

    [Theory]
    [InlineData("programs.yaml")]
    [InlineData("programs-csharp.yaml")]
    public void The_shipped_recipe_of_the_family_is_carried_out_in_small(string file)
    {
        var recipe = TrainRecipe.Read(
            Repository.Path("recipes", file),
            ["model.hidden=16", "model.layers=1", "model.heads=2", "model.intermediate=16", "supervised.tokens=4000", "supervised.batch_tokens=1000", "reinforcement.steps=1", "reinforcement.prompts=2", "reinforcement.samples=2", "reinforcement.max_tokens=24", "evaluation.problems=4", "evaluation.max_tokens=24"]);
        var folder = TinyRun.Start(recipe, _folder.File("family"));
        SampleStore.Read(Path.Combine(folder, SampleStore.FileName), 1).Count().ShouldBe(4);
        EvaluationFile.Read(new RunFolder(folder).Evaluation(RunFolder.Final)).Count.ShouldBe(4 * recipe.Evaluation.Samples);
    }

    private string Write(string name, string text)
    {
        File.WriteAllText(_folder.File(name), text);
        return _folder.File(name);
    }
}

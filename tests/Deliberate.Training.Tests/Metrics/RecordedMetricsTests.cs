using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Tensors;

namespace Deliberate.Training.Tests;

/// <summary>Runs record what is declared, and everything that is declared is recorded by some run: in the streams and in TensorBoard's file.</summary>
public sealed class RecordedMetricsTests : IDisposable
{
    private const string Own = "name: own\nmicro_batch_tokens: 256\nmodel: { hidden: 16, layers: 1, heads: 2, intermediate: 16, context: 48, tokenizer: { vocabulary: 270 } }\n";
    private const string Exploding = "optimizer: { kind: adamw, learning_rate: 1.0e+38 }, schedule: { kind: constant }";

    private readonly TemporaryFolder _folder = new();
    private readonly SortedSet<string> _recorded = new(StringComparer.Ordinal);
    private int _runs;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_recorded_is_declared_and_what_is_declared_is_recorded()
    {
        Note(FinishedRuns.Copy(TinyRun.CurriculumRecipe(), _folder.File("curriculum")));
        Note(FinishedRuns.Copy(TinyRun.OffPolicyRecipe(), _folder.File("off-policy")));
        Note(TinyRun.Start(TinyRun.OffPolicyRecipe().Reinforced(r => r with { Steps = 2, Staleness = 0, Lag = 1 }), _folder.File("ahead")));
        Note(ThreadTransport.Run(2, world =>
        {
            using var run = TrainingRun.Start(EnvironmentRunTests.Recipe(steps: 1), _folder.File($"ranks{world.Rank}"), 1, world: world);
            run.Execute();
            return run.Folder;
        })[0]);
        Served();
        Thoughts();
        Objectives();
        OwnProblems();
        NonFinite();

        foreach (var name in _recorded) MetricList.Find(name).ShouldNotBeNull(name);
        MetricList.All.Where(m => !_recorded.Any(m.Is)).Select(m => m.Name).ShouldBeEmpty();
        Golden.Report("metrics recorded", _recorded.Count);
    }

    /// <summary>What only servers of rollouts have.</summary>
    private void Served()
    {
        var start = new RunFolder(TinyRun.Start(EnvironmentRunTests.Recipe(steps: 0), _folder.File("served"))).Checkpoint(RunFolder.Final);
        using var server = new MockRolloutServer("sglang", start);
        var recipe = EnvironmentRunTests.Recipe("top_k: 1\n  sampler_correction: { mode: token_truncate }", steps: 1);
        Note(TinyRun.Start(recipe with { Rollouts = server.Address, Reinforcement = recipe.Reinforcement with { TopK = 0 } }, _folder.File("rollouts")));
    }

    /// <summary>What only some objectives and optimizers measure; a corpus of which some solutions are longer than the context.</summary>
    private void Objectives()
    {
        const string Shape = """
            name: objective
            micro_batch_tokens: 256
            family: { name: arithmetic, levels: [2, 6] }
            model: { hidden: 16, layers: 1, heads: 2, intermediate: 16, context: 64 }
            supervised: { tokens: 4000, batch_tokens: 1000 }
            evaluation: { problems: 0, max_tokens: 16 }

            """;
        Note(Run(Shape + "reinforcement: { steps: 1, prompts: 4, samples: 4, max_tokens: 16, objective: vespo, optimizer: { kind: muon }, overlong: { cache: 12 } }\nhealth: { kl_every: 1 }\n"));
        Note(Run(Shape + "reinforcement: { steps: 1, prompts: 8, samples: 4, max_tokens: 16, objective: ppo, options: { dual_clip: 1.01 }, updates: 4, optimizer: { kind: adamw, learning_rate: 0.02 }, overlong: { cache: 12 } }\n"));
        var last = Run(Shape + "reinforcement: { steps: 1, prompts: 4, samples: 4, max_tokens: 16, objective: remax, overlong: { cache: 12 } }\n");
        Note(last);
        Note(Run(Shape + $"teacher: {{ from: \"{new RunFolder(last).Checkpoint(RunFolder.Final)}\" }}\nreinforcement: {{ steps: 1, prompts: 4, samples: 4, max_tokens: 16, advantage: reverse_kl }}\n"));
        File.WriteAllText(_folder.File("pairs.jsonl"), """{"prompt": "2*3+1=", "chosen": "7", "rejected": "8"}""");
        Note(Run($"name: preferred\nmicro_batch_tokens: 512\nmodel: {{ from: \"{new RunFolder(last).Checkpoint(RunFolder.Final)}\" }}\npreference: {{ losses: [dpo] }}\nsupervised: {{ data: [pairs.jsonl], tokens: 20, batch_tokens: 20, validation: 0 }}\n"));
    }

    /// <summary>A model that has learned to open a thought, and a budget that cuts it off.</summary>
    private void Thoughts()
    {
        WriteOwn();
        var run = Run(Own + """
            supervised: { data: [thoughts.jsonl], tokens: 8000, batch_tokens: 400, optimizer: { kind: adamw, learning_rate: 0.01 } }
            problems: { train: [problems.jsonl], grader: numeric, answer_format: whole }
            expert_iteration: { rounds: 2, prompts: 8, samples: 4, max_tokens: 6, batch_tokens: 200 }
            reinforcement: { steps: 1, prompts: 8, samples: 4, max_tokens: 6 }
            evaluation: { problems: 8, max_tokens: 6, every: 1 }

            """);
        Note(run);
        Started(run);
    }

    /// <summary>The evaluation of a model that imitates first: of one that has learned to open a thought.</summary>
    private void Started(string thinks)
    {
        VerifierRegistry.Register("started", () => new Judge(s => s.Attempt % 2 == 0 ? Verdict.Pass() : Verdict.Fail("odd")));
        try
        {
            Note(Run($$"""
                name: started
                micro_batch_tokens: 256
                model: { from: "{{new RunFolder(thinks).Checkpoint(RunFolder.Base)}}", context: 48 }
                supervised: { data: [thoughts.jsonl], tokens: 800, batch_tokens: 400 }
                problems: { train: [problems.jsonl], verifier: { name: started } }
                reinforcement: { steps: 0, max_tokens: 6 }
                evaluation: { problems: 8, samples: 2, max_tokens: 6, budgets: [4] }

                """));
        }
        finally
        {
            VerifierRegistry.Remove("started");
        }
    }

    /// <summary>Outcomes and components of a verifier, a mini-batch without any advantage and one with some, examples that are held out.</summary>
    private void OwnProblems()
    {
        WriteOwn();
        VerifierRegistry.Register("recorded", () => new Judge(s => (s.Problem.Index + s.Attempt) % 7 == 0 || s.Problem.Index % 5 == 1 ? throw new InvalidOperationException("broken")
            : s.Problem.Index % 4 == 0 ? Verdict.Unscored("unreadable") : (s.Attempt % 2 == 0 ? Verdict.Pass() : Verdict.Fail("odd")) with { Scores = [new("accuracy", 1)] }));
        try
        {
            Note(Run(Own + """
                supervised: { data: [sums.jsonl], tokens: 1200, batch_tokens: 400, validation: 0.2, validation_every: 1 }
                problems: { train: [problems.jsonl], verifier: { name: recorded, max_error_share: 0.9 } }
                expert_iteration: { rounds: 2, prompts: 8, samples: 4, max_tokens: 6, batch_tokens: 200 }
                reinforcement: { steps: 4, prompts: 8, samples: 4, max_tokens: 6, updates: 4, skip_idle_samples: on }
                evaluation: { problems: 8, samples: 2, max_tokens: 6, every: 1 }

                """));
        }
        finally
        {
            VerifierRegistry.Remove("recorded");
        }
    }

    /// <summary>Every stage with a learning rate that no weight survives: what follows the first mini-batch is left out.</summary>
    private void NonFinite()
    {
        WriteOwn();
        const string Judged = "evaluation: { problems: 0, max_tokens: 6 }\nproblems: { train: [problems.jsonl], verifier: { name: exploding } }\n";
        VerifierRegistry.Register("exploding", () => new Judge(s => s.Attempt % 2 == 0 ? Verdict.Pass() : Verdict.Fail("odd")));
        try
        {
            Note(Run(Own + $"evaluation: {{ problems: 0 }}\nsupervised: {{ data: [sums.jsonl], tokens: 1200, batch_tokens: 300, {Exploding} }}\nreinforcement: {{ steps: 0 }}\n"));
            Note(Run(Own + Judged + $"supervised: {{ tokens: 0 }}\nreinforcement: {{ steps: 1, prompts: 6, samples: 4, max_tokens: 6, updates: 3, {Exploding} }}\n"));
            Note(Run(Own + Judged + $"supervised: {{ tokens: 0 }}\nreinforcement: {{ steps: 1, prompts: 6, samples: 4, max_tokens: 6, updates: 3, objective: ppo, critic: {{ {Exploding} }} }}\n"));
        }
        finally
        {
            VerifierRegistry.Remove("exploding");
        }

        // Of expert iteration the base must be right now and then.
        var expert = TinyRun.ExpertRecipe(steps: 0);
        Note(Run(expert with { Evaluation = new EvaluationRecipe { Problems = 0 }, ExpertIteration = expert.ExpertIteration with { Rounds = 1, Optimizer = new OptimizerRecipe { Kind = OptimizerKind.AdamW, LearningRate = 1e38 } } }));
    }

    private void WriteOwn()
    {
        File.WriteAllLines(_folder.File("sums.jsonl"), Enumerable.Range(0, 60).Select(i => $"{{\"prompt\": \"{i}+1=\", \"completion\": \"{i + 1}\"}}"));
        File.WriteAllLines(_folder.File("thoughts.jsonl"), Enumerable.Range(0, 60).Select(i => $"{{\"prompt\": \"{i}+1=\", \"completion\": \"<think>{new string('I', 1 + (i % 12))}</think>{i + 1}\"}}"));
        File.WriteAllLines(_folder.File("problems.jsonl"), Enumerable.Range(0, 60).Select(i => $"{{\"prompt\": \"{i}+1=\", \"answer\": {i + 1}}}"));
    }

    private string Run(string recipe) => Run(TrainRecipe.Parse(recipe, _folder.File("recipe.yaml")));

    private string Run(TrainRecipe recipe)
    {
        var folder = _folder.File($"run-{++_runs}");
        using var run = TrainingRun.Start(recipe, folder, 1);
        try
        {
            run.Execute().ShouldBe(RunOutcome.Completed);
        }
        catch (UserError error) when (error.Message.Contains("3rd in a row", StringComparison.Ordinal))
        {
            // What was recorded before it was stopped counts.
        }

        return folder;
    }

    private void Note(string folder)
    {
        foreach (var file in new[] { MetricsStream.MetricsFile, MetricsStream.TimingsFile })
            foreach (var record in MetricsStream.Read(Path.Combine(folder, file))) _recorded.UnionWith(record.Values.Keys);
        var shown = EventFile.Scalars(Path.Combine(folder, TensorBoardWriter.FileName)).ToList();
        // TensorBoard shows every line of both streams, and the evaluations besides.
        foreach (var record in MetricsStream.Read(Path.Combine(folder, MetricsStream.MetricsFile)).Concat(MetricsStream.Read(Path.Combine(folder, MetricsStream.TimingsFile))))
            foreach (var (name, value) in record.Values) shown.ShouldContain((record.Step, name, (float)value));
        _recorded.UnionWith(shown.Select(s => s.Tag));
    }

    private sealed class Judge(Func<Sample, Verdict> judge) : IScorer
    {
        public string Name => "test judge";

        public ValueTask<IReadOnlyList<Verdict>> ScoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken) => new([.. samples.Select(judge)]);
    }
}

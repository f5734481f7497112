using Deliberate.Reasoning;

namespace Deliberate.Training.Tests;

/// <summary>A tiny run on problems of the user's, judged by a function. Its base has learned enough to begin no thought by chance.</summary>
internal sealed class JudgedRun : IDisposable
{
    private const string Recipe = """
        name: judged
        micro_batch_tokens: 256
        model: { hidden: 16, layers: 1, heads: 2, intermediate: 16, context: 48, tokenizer: { vocabulary: 270 } }
        supervised: { data: [sums.jsonl], tokens: 10000, batch_tokens: 400, optimizer: { kind: adamw, learning_rate: 0.01 } }
        checkpoint: { every: 1, keep_last: 9 }

        """;

    private readonly TemporaryFolder _folder = new();
    private readonly string _name = "judged-" + Guid.NewGuid().ToString("N");

    public JudgedRun(Func<Sample, Verdict> judge, Action<RunStage, int>? step = null)
    {
        Observer = new StepObserver(step ?? ((_, _) => { }));
        VerifierRegistry.Register(_name, () => new Judge(judge));
        Write("sums.jsonl", Enumerable.Range(0, 60).Select(i => $"{{\"prompt\": \"{i}+1=\", \"completion\": \"{i + 1}\"}}"));
        Write("problems.jsonl", Enumerable.Range(0, 60).Select(i => $"{{\"prompt\": \"{i}+1=\", \"answer\": {i + 1}, \"id\": {i}, \"level\": {1 + (i % 2)}}}"));
    }

    public StepObserver Observer { get; }

    /// <summary>The folder of the run that was trained last.</summary>
    public RunFolder Folder { get; private set; } = new("");

    public IReadOnlyList<SampleRecord> Samples => [.. SampleStore.Read(Path.Combine(Folder.Root, SampleStore.FileName))];

    public IReadOnlyList<MetricsRecord> Metrics => [.. MetricsStream.Read(Path.Combine(Folder.Root, MetricsStream.MetricsFile))];

    /// <summary>The sections of the recipe beyond those of every such run; {judge} is the verifier's name.</summary>
    public TrainRecipe RecipeOf(string sections) => TrainRecipe.Parse(Recipe + sections.Replace("{judge}", _name, StringComparison.Ordinal), _folder.File("recipe.yaml"));

    public JudgedRun Train(string sections)
    {
        Folder = new RunFolder(_folder.File("run-" + Guid.NewGuid().ToString("N")));
        using var run = TrainingRun.Start(RecipeOf(sections), Folder.Root, 1, Observer);
        run.Execute().ShouldBe(RunOutcome.Completed);
        return this;
    }

    public string File(string name) => _folder.File(name);

    public void Write(string name, IEnumerable<string> lines) => System.IO.File.WriteAllLines(_folder.File(name), lines);

    public void Dispose()
    {
        VerifierRegistry.Remove(_name);
        _folder.Dispose();
    }

    private sealed class Judge(Func<Sample, Verdict> judge) : IScorer
    {
        public string Name => "test judge";

        public ValueTask<IReadOnlyList<Verdict>> ScoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken) => new([.. samples.Select(judge)]);
    }
}

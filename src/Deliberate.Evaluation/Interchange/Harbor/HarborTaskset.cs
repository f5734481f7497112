using System.Security.Cryptography;
using System.Text;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>
/// Task folders of Harbor as an evaluation: <c>harbor:FOLDER</c>. An agent works on each in the sandbox, the task's own tests decide. What needs a container is refused by name, before anything is asked. A task
/// whose oracle has not the whole reward is found by <c>deliberate scenario check</c>.
/// </summary>
internal static class HarborTaskset
{
    public const string Prefix = "harbor:", Skip = "skip";

    private const string Category = "category", Difficulty = "difficulty", HashFact = "sha256";

    /// <exception cref="UserError">There is none, or one cannot be run here.</exception>
    public static EvaluationTask Named(string folder)
    {
        var root = Path.GetFullPath(folder);
        return new EvaluationTask
        {
            Name = Prefix + Slug(Path.GetFileName(root.TrimEnd(Path.DirectorySeparatorChar))),
            Title = $"Tasks of {folder}",
            Summary = "Agent tasks in Harbor's form, each decided by its own tests in a sandbox.",
            Items = (context, _) => Items(root, context),
            Solver = Solver(root, 30, SandboxNetwork.None),
            Scorer = _ => new HarborScorer(root),
            Metrics = [TaskMetric.Accuracy with { Title = "solved", SliceBy = Category }, new TaskMetric { Name = "reward", Title = "mean reward", Value = s => s.IsMissing ? null : Math.Clamp(s.Scores.GetValueOrDefault("reward"), 0, 1) }],
            Defaults = new TaskDefaults { MaxTokens = 4096 },
        };
    }

    /// <summary>The agent that works on the folder's tasks.</summary>
    public static ISolver Solver(string root, int turns, SandboxNetwork network)
    {
        CodeScorer.RequireSandbox();
        return new AgentSolver("harbor", item =>
        {
            var task = HarborReader.Read(FolderOf(root, item.Id));
            return new AgentEnvironment { Shell = HarborRun.Open(task, network), Judge = async (shell, cancellation) => (await HarborRun.VerifyAsync(task, shell.Files, cancellation).ConfigureAwait(false)).ToVerdict() };
        }, new AgentOptions { MostTurns = turns });
    }

    internal static string FolderOf(string root, string id) => id == "." ? root : Path.Combine(root, id);

    /// <summary>Of everything that a task is made of.</summary>
    internal static string HashOf(HarborTask task)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(HarborWriter.Toml(task) + task.Instruction));
        foreach (var (name, content) in task.EnvironmentFiles.Concat(task.Tests).OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(name + "\0"));
            hash.AppendData(content);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static async IAsyncEnumerable<EvaluationItem> Items(string root, TaskContext context)
    {
        var skips = context.Arguments.GetValueOrDefault(Skip) == "true";
        var (refused, made) = (new List<UserError>(), new List<EvaluationItem>());
        foreach (var folder in HarborReader.Find(root))
        {
            var task = HarborReader.Read(folder);
            if (HarborImage.WhyNot(task) is { } why)
            {
                refused.Add(new UserError($"The task {task.Name} cannot be run here: it {(why.StartsWith("needs", StringComparison.Ordinal) ? why : "cannot be: " + why)}.", folder, advice: "Leave such tasks out with -T skip=true."));
                continue;
            }

            var relative = Path.GetRelativePath(root, folder).Replace(Path.DirectorySeparatorChar, '/');
            made.Add(new EvaluationItem
            {
                Id = relative,
                Messages = [new ChatMessage("user", task.Instruction)],
                Tags = new Dictionary<string, string> { [Category] = Said(task, Category), [Difficulty] = Said(task, Difficulty) },
                Facts = ItemFacts.Of((HashFact, HashOf(task))),
            });
        }

        if (refused.Count > 0 && !skips) throw UserError.Together([.. refused.Take(10)], Math.Max(0, refused.Count - 10));
        foreach (var problem in refused) context.Notice($"left out: {problem.Message}");
        foreach (var item in made) yield return item;
        await Task.CompletedTask.ConfigureAwait(false);
    }

    private static string Said(HarborTask task, string name) => task.Metadata.TryGetPropertyValue(name, out var value) && value is System.Text.Json.Nodes.JsonValue said && said.TryGetValue<string>(out var text) && text.Length > 0 ? text : "none";

    private static string Slug(string name)
    {
        var slug = new string([.. name.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')]).Trim('-');
        return slug.Length > 0 ? slug : "tasks";
    }
}

/// <summary>Judges a logged sample again: its commands are run once more, then the tests. While an agent runs, its own environment judges, and this is not asked.</summary>
internal sealed class HarborScorer(string root) : IScorer
{
    public string Name => "the task's own tests";

    public int BatchSize => 1;

    public async ValueTask<IReadOnlyList<Verdict>> ScoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken)
    {
        var verdicts = new List<Verdict>();
        foreach (var sample in samples)
        {
            var id = sample.Problem.Id[(sample.Problem.Id.IndexOf('/', StringComparison.Ordinal) + 1)..];
            var task = HarborReader.Read(HarborTaskset.FolderOf(root, id));
            var shell = HarborRun.Open(task);
            foreach (var command in AgentCommands.Ran(sample.Messages)) await shell.RunAsync(command, cancellationToken).ConfigureAwait(false);
            verdicts.Add((await HarborRun.VerifyAsync(task, shell.Files, cancellationToken).ConfigureAwait(false)).ToVerdict());
        }

        return verdicts;
    }
}

using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Server;
using Deliberate.Tensors;

namespace Deliberate.Cli;

/// <summary>Has a reward model read what is to be labelled, for labellers who want to see what it thinks.</summary>
internal sealed class LabelAnnotateCommand : CliCommand
{
    private const int Batch = 128;

    private readonly Argument<string> _name = new("PROJECT") { Description = "The project, of phase 2." };
    private readonly Option<string> _model = new("--model") { HelpName = "folder", Description = "A process reward model, or the folder of its run.", Required = true };
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<string> _device = CommonOptions.Device();
    private readonly LabellingOptions _database = new();

    public LabelAnnotateCommand()
        : base(
            "annotate",
            "Have a process reward model say of each step how likely it is right. Labellers see it only where they ask, and that they did is kept with the label.",
            "deliberate label annotate arithmetic --model runs/prm",
            "deliberate label annotate arithmetic --model runs/prm/checkpoints/final --threads 1")
    {
        Add(_name);
        Add(_model);
        Add(_threads);
        Add(_device);
        _database.AddTo(this);
    }

    protected override int Run(ParseResult parsed) => _database.Run(parsed, async (database, cancellation) =>
    {
        var project = await database.Projects.NeedAsync(parsed.GetRequiredValue(_name), cancellation);
        if (project.Kind != LabellingKind.Phase2) throw new UserError("A reward model of steps reads whole solutions.", project.Name, advice: "Take a project of phase 2.");
        var folder = CheckpointChoice.Find(parsed.GetRequiredValue(_model)).Location;
        using var device = Device.Shared(parsed.GetRequiredValue(_device), parsed.GetValue(_threads));
        using var judge = RewardModelJudge.Open(folder, device);
        if (!judge.SaysSteps) throw new UserError("This model says nothing of steps.", folder, field: "--model", advice: "Train one that does: deliberate train recipes/prm.yaml.");
        var (named, tooLong, done) = (Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)), 0, 0);
        List<(int Number, SolutionText Text)> batch = [];
        await foreach (var item in database.Projects.ItemsAsync(project, openOnly: true, cancellation))
        {
            var content = ItemContent.Read(item.Content);
            batch.Add((item.Number, new SolutionText(content.Problem, content.Steps)));
            if (batch.Count == Batch) await SaveAsync();
        }

        await SaveAsync();
        await database.Trail.AddAsync(Actor.CommandLine, "had a model read the items", $"{project.Name}: {named}", cancellation);
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{project.Name}: {named} read {done} solutions{(tooLong > 0 ? $"; {tooLong} are too long for it" : "")}."));
        return ExitCode.Success;

        async Task SaveAsync()
        {
            if (batch.Count == 0) return;
            var judged = judge.Judge([.. batch.Select(b => b.Text)], cancellation: cancellation);
            tooLong += judged.Count(steps => steps is null);
            done += await database.Projects.AnnotateAsync(project, batch.Zip(judged).Where(p => p.Second is not null).Select(p => KeyValuePair.Create(p.First.Number, new StepAnnotations(named, [.. p.Second!.Select(s => s.Score(NeutralSteps.Positive))]))), cancellation);
            batch.Clear();
        }
    });
}

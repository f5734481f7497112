using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Server;

namespace Deliberate.Cli;

/// <summary>How far projects are, and how far their labellers agree.</summary>
internal sealed class LabelStatusCommand : CliCommand
{
    private readonly Argument<string?> _name = new("PROJECT") { Description = "One project with its labellers; all if left out.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _json = CommonOptions.Json("the figures");
    private readonly LabellingOptions _database = new();

    public LabelStatusCommand()
        : base(
            "status",
            "Say how far projects are: items, labels, agreement with its interval, what is to be settled, each labeller.",
            "deliberate label status",
            "deliberate label status arithmetic --json")
    {
        Add(_name);
        Add(_json);
        _database.AddTo(this);
    }

    protected override int Run(ParseResult parsed) => _database.Run(parsed, async (database, cancellation) =>
    {
        IReadOnlyList<LabellingProject> projects = parsed.GetValue(_name) is { } name ? [await database.Projects.NeedAsync(name, cancellation)] : await database.Projects.ListAsync(cancellation);
        var people = (await database.Accounts.ListAsync(cancellation)).ToDictionary(a => a.Id, a => a.Name);
        List<(LabellingProject Project, ProjectFigures Figures)> rows = [];
        foreach (var project in projects) rows.Add((project, await database.FiguresAsync(project, cancellation)));
        if (parsed.GetValue(_json)) JsonOutput.Write(rows.Select(r => new { r.Project.Name, r.Project.Kind, r.Project.IsOpen, r.Figures.Items, r.Figures.Complete, r.Figures.Held, r.Figures.Labels, r.Figures.Judgements, r.Figures.Doubled, r.Figures.InReview, r.Figures.Alpha, Labellers = r.Figures.Labellers.Select(l => new { Labeler = l.Account, Name = people.GetValueOrDefault(l.Account), l.Labels, l.Seconds, l.Quality, l.Screening, l.ScreeningAgreement }) }));
        else Write(rows, people, parsed.GetValue(_name) is not null);
        return ExitCode.Success;
    });

    private static void Write(List<(LabellingProject Project, ProjectFigures Figures)> rows, Dictionary<Guid, string> people, bool withLabellers)
    {
        if (rows.Count == 0) Console.Out.WriteLine("There is no project yet: deliberate label create NAME FILE.");
        if (rows.Count == 0) return;
        Terminal.WriteTable(
            "Projects:", ["project", "kind", "complete", "in hands", "labels", "twice", "alpha", "to settle"],
            rows.Select(r => (string[])[r.Project.Name + (r.Project.IsOpen ? "" : " (closed)"), RecipeWriter.Scalar(r.Project.Kind), $"{Count(r.Figures.Complete)} of {Count(r.Figures.Items)}", Count(r.Figures.Held), Count(r.Figures.Labels), Count(r.Figures.Doubled), r.Figures.Alpha.IsMeasured ? r.Figures.Alpha.WithRange(NumberStyle.Share) : "-", Count(r.Figures.InReview)]));
        if (!withLabellers || rows[0].Figures.Labellers.Count == 0) return;
        Terminal.WriteTable(
            "Labellers:", ["who", "labels", "seconds each", "agree with known labels", "first questions"],
            rows[0].Figures.Labellers.Select(l => (string[])[people.GetValueOrDefault(l.Account) ?? l.Account.ToString(), Count(l.Labels), l.Seconds is { } s ? s.ToString("0", CultureInfo.InvariantCulture) : "-", l.Quality.IsMeasured ? l.Quality.WithRange(NumberStyle.Percent) : "-", RecipeWriter.Scalar(l.Screening)]));
    }

    private static string Count(int number) => number.ToString(CultureInfo.InvariantCulture);
}

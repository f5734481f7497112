using System.CommandLine;
using Deliberate.Core;
using Deliberate.Safety;

namespace Deliberate.Cli;

/// <summary>The attacks there are, and what each needs.</summary>
internal sealed class AttackListCommand : CliCommand
{
    private readonly Option<bool> _json = CommonOptions.Json("the attacks");

    public AttackListCommand()
        : base("list", "Show the attacks there are, what each does, needs and comes from. Prompt transforms are attacks too, and can be chained: base64+persona.", "deliberate attack list", "deliberate attack list --json") => Add(_json);

    protected override int Run(ParseResult parsed)
    {
        if (parsed.GetValue(_json)) JsonOutput.Write(new { Groups = AttackList.Groups.Select(g => new { g.Name, g.About }), Attacks = AttackList.All.Select(a => new { a.Name, Kind = RecipeWriter.Scalar(a.Kind), a.About, a.NeedsAttacker, a.NeedsWeights, a.NeedsWorld, a.Source }) });
        else
        {
            Terminal.WriteTable("Attacks:", ["attack", "kind", "what it does", "needs", "described in"], AttackList.All.Select(a => (string[])[a.Name, RecipeWriter.Scalar(a.Kind).Replace('_', ' '), a.About, Needs(a), a.Source]), words: 5);
            Terminal.WriteTable("Groups:", ["name", "stands for"], AttackList.Groups.Select(g => (string[])[g.Name, g.About]), words: 2);
        }

        return ExitCode.Success;
    }

    private static string Needs(IAttack attack) => string.Join(", ", new[] { attack.NeedsAttacker ? "--attacker" : "", attack.NeedsWeights ? "a checkpoint" : "", attack.NeedsWorld ? "policy-world" : "" }.Where(n => n.Length > 0));
}

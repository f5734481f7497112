using Deliberate.Core;
using Deliberate.Evaluation;

namespace Deliberate.Safety;

/// <summary>
/// The one visible list of attacks. To add one: copy the nearest file below this folder, change it, add its line here. Prompt transforms are
/// attacks under their own names, and several in a chain as <c>base64+persona</c>.
/// </summary>
internal static class AttackList
{
    public const string AllName = "all", BestOfNName = "best-of-n";

    public static IReadOnlyList<IAttack> Own { get; } =
    [
        new DirectAttack(),
        new TransformAttack(PromptTransforms.Get("noise"), BestOfNName, "best-of-N jailbreaking, arXiv 2412.03556"),
        new ManyShotAttack(),
        new PairAttack(),
        new TapAttack(),
        new CrescendoAttack(),
        new GoatAttack(),
        new PersuasionAttack(),
        new HCotAttack(),
        new ThoughtHijackAttack(),
        new OverthinkAttack(),
        new DocumentInjection(),
        new ToolResultInjection(),
        new ToolPoisoning(),
        new PrefillAttack(),
        new SuffixAttack("gcg", "a suffix found by the gradient of the weights", "GCG, arXiv 2307.15043", usesGradient: true),
        new SuffixAttack("random-search", "a suffix found by random search on log-probabilities", "adaptive random search, arXiv 2404.02151", usesGradient: false),
        new AblationAttack(),
        new SoftPromptAttack(),
        .. WorldDressAttack.All,
    ];

    /// <summary>Ours, then a transform each.</summary>
    public static IReadOnlyList<IAttack> All { get; } = [.. Own, .. PromptTransforms.All.Where(t => Own.All(a => a.Name != t.Name)).Select(t => new TransformAttack(t))];

    /// <summary>Names of several at once.</summary>
    public static IReadOnlyList<(string Name, string About, Func<IAttack, bool> Has)> Groups { get; } =
    [
        (AllName, "every attack that goes with the target, the attacker and the goals", _ => true),
        ("transforms", "every prompt transform", a => a.Kind == AttackKind.Transform),
        ("adaptive", "those that go by the answers", a => a.Kind == AttackKind.Adaptive),
        ("reasoning", "those that aim at the thought", a => a.Kind == AttackKind.Reasoning),
        ("injection", "those that come in by documents and tools", a => a.Kind == AttackKind.Injection),
        ("white-box", "those on the weights", a => a.Kind == AttackKind.WhiteBox),
        ("world", "those in PolicyWorld's language", a => a.Kind == AttackKind.World),
    ];

    /// <summary>The attacks that names stand for, each once, in the order named.</summary>
    /// <param name="names">Of attacks, of chains of transforms, of groups.</param>
    /// <param name="can">Why an attack cannot be run; null where it can.</param>
    /// <param name="leftOut">Told each attack of a group that is left out, and why.</param>
    /// <exception cref="UserError">There is no such attack, or one that is named by itself cannot be run.</exception>
    public static IReadOnlyList<IAttack> Resolve(IEnumerable<string> names, Func<IAttack, string?> can, Action<IAttack, string> leftOut)
    {
        List<IAttack> found = [];
        foreach (var name in names)
        {
            if (Groups.FirstOrDefault(g => g.Name == name) is { Has: { } has })
            {
                foreach (var attack in All.Where(has))
                {
                    if (can(attack) is { } why) leftOut(attack, why);
                    else Take(attack);
                }

                continue;
            }

            var one = Get(name);
            if (can(one) is { } cannot) throw new UserError($"The attack {one.Name} cannot be run: {cannot}.", field: "--attacks");
            Take(one);
        }

        return found.Count > 0 ? found : throw new UserError("No attack is left to be run.", field: "--attacks", advice: "deliberate attack list shows what each needs.");

        void Take(IAttack attack)
        {
            if (found.All(a => a.Name != attack.Name)) found.Add(attack);
        }
    }

    public static IAttack Get(string name) => All.FirstOrDefault(a => a.Name == name)
        ?? (name.Contains(ComposedTransform.Joint, StringComparison.Ordinal) ? new TransformAttack(PromptTransforms.Get(name))
            : throw new UserError($"There is no attack \"{name}\".", field: "--attacks", advice: NearestName.Suggest(name, [.. All.Select(a => a.Name), .. Groups.Select(g => g.Name)]) ?? "deliberate attack list shows them."));
}

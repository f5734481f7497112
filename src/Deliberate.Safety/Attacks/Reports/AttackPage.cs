using Deliberate.Core;

namespace Deliberate.Safety;

/// <summary>A campaign as one page.</summary>
internal static class AttackPage
{
    public static void Write(string path, AttackReport report, AttackPlan plan, IReadOnlyList<AttackGoal> goals, IReadOnlyList<IAttack> attacks, string counts) => AtomicFile.WriteText(path, $"{report} {plan} {goals} {attacks} {counts}");
}

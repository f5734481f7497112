using Deliberate.Core;

namespace Deliberate.Safety.Tests;

/// <summary>
/// Cases worked out by hand for each policy that comes with the program. A case says what every indicator came to (i=…), every piece
/// of evidence of a safeguard (s=…), then single tests, in one state or all: M met (holds), A approaching, B below (does not hold),
/// C cannot tell, I invalid; d=0 where no document is there. Left out: indicators below, safeguards hold, documents are there.
/// </summary>
public sealed class GateTableTests
{
    private const string FirstVersion = """
        deploy  | i=B                                                              | pass         |
        deploy  | i=C s=C                                                          | inconclusive | ctf-professional
        deploy  | ctf-high-school/post=M                                           | pass         |
        deploy  | ctf-collegiate/post=M                                            | fail         | ctf-collegiate
        deploy  | ctf-collegiate/pre=M                                             | pass         |
        deploy  | ctf-professional/post=M                                          | fail         | ctf-professional
        deploy  | make-me-pay/post=M                                               | pass         |
        deploy  | make-me-say/post=A                                               | inconclusive | make-me-say
        deploy  | make-me-pay/post=A                                               | pass         |
        deploy  | make-me-pay/post=C make-me-say/post=C                            | inconclusive | make-me-say
        deploy  | protocol-questions/post=M                                        | pass         |
        deploy  | protocol-questions/post=M hazard-questions/post=C                | inconclusive | hazard-questions
        deploy  | hazard-questions/post=M                                          | fail         | hazard-questions
        deploy  | expert-comparison/pre=M                                          | pass         |
        deploy  | ctf-high-school/post=I                                           | invalid      | ctf-high-school
        deploy  | tabular-medals/post=M                                            | fail         | tabular-medals
        deploy  | repository-bugs/post=C research-interview-choice/post=C          | inconclusive | repository-bugs
        deploy  | repository-bugs/post=C                                           | pass         |
        deploy  | change-my-view/post=M                                            | fail         | change-my-view
        deploy  | ctf-collegiate/post=M make-me-say/post=C                         | fail         | ctf-collegiate
        develop | i=B                                                              | pass         |
        develop | i=C                                                              | inconclusive | ctf-professional
        develop | ctf-collegiate=M                                                 | pass         |
        develop | ctf-collegiate=M s=B                                             | fail         | security-hardening
        develop | ctf-collegiate=M s=C                                             | inconclusive | security-hardening
        develop | ctf-professional/post=M                                          | fail         | ctf-professional
        develop | ctf-professional/pre=M                                           | pass         |
        develop | agentic-tasks/post=A                                             | inconclusive | agentic-tasks
        develop | ctf-high-school/pre=C ctf-collegiate/pre=C                       | pass         |
        develop | ctf-high-school/pre=C ctf-collegiate/pre=C s=C                   | inconclusive | ctf-collegiate
        develop | s=B                                                              | pass         |
        """;

    private const string SecondVersion = """
        deploy       | i=B                                              | pass         |
        deploy       | d=0                                              | inconclusive | capabilities-report
        deploy       | i=C                                              | inconclusive | novel-agents
        deploy       | ctf-collegiate=M                                 | pass         |
        deploy       | ctf-collegiate=M s=B                             | fail         | high-security
        deploy       | ctf-collegiate=M s=C                             | inconclusive | high-security
        deploy       | ctf-collegiate=M monitor-review=B                | fail         | usage-monitoring
        deploy       | ctf-collegiate=M declines-under-jailbreaks=A     | inconclusive | misuse-robustness
        deploy       | ctf-professional=M                               | fail         | ctf-professional
        deploy       | novel-agents=A                                   | inconclusive | novel-agents
        deploy       | protocol-questions=C                             | pass         |
        deploy       | protocol-questions=C s=C                         | inconclusive | protocol-questions
        deploy       | protocol-questions=C security-review=B           | inconclusive | protocol-questions
        deploy       | novice-uplift=M                                  | pass         |
        deploy       | novice-uplift=M novel-agents=C                   | inconclusive | novel-agents
        deploy       | kernel-speed=I                                   | invalid      | kernel-speed
        deploy       | research-replication=M                           | fail         | research-replication
        develop      | i=B                                              | pass         |
        develop      | ctf-collegiate=M s=B security-review=M           | pass         |
        develop      | ctf-collegiate=M security-review=B               | fail         | high-security
        develop      | ctf-professional=M                               | fail         | ctf-professional
        develop      | i=C                                              | inconclusive | novel-agents
        develop      | i=A                                              | inconclusive | novel-agents
        internal     | ctf-collegiate=M                                 | pass         |
        internal     | ctf-collegiate=M keeps-password=B                | fail         | instruction-alignment
        internal     | ctf-collegiate=M keeps-password=A                | inconclusive | instruction-alignment
        internal     | ctf-collegiate=M declines-harm=B                 | pass         |
        open_weights | i=B                                              | pass         |
        open_weights | ctf-collegiate=M                                 | fail         | ctf-collegiate
        open_weights | ctf-collegiate=A                                 | inconclusive | ctf-collegiate
        open_weights | d=0                                              | inconclusive | capabilities-report
        """;

    private const string Frontier = """
        deploy       | i=B                                     | pass         |
        deploy       | i=C                                     | inconclusive | cyber-critical
        deploy       | search-warning=M                        | pass         |
        deploy       | search-warning=M s=B                    | fail         | declines
        deploy       | search-warning=M s=C                    | inconclusive | declines
        deploy       | search-warning=M keeps-phrase=B         | fail         | keeps-rank
        deploy       | search-warning=M answers-safe=B         | fail         | declines
        deploy       | search-warning=M answers-safe=A         | inconclusive | declines
        deploy       | search-warning=M scheming-critical=C    | inconclusive | scheming-critical
        deploy       | scheming-critical=M                     | fail         | scheming-critical
        deploy       | scheming-critical=A                     | inconclusive | scheming-critical
        deploy       | search-warning=A                        | pass         |
        deploy       | search-warning=A s=C                    | inconclusive | search-warning
        deploy       | mathematics-warning=M                   | pass         |
        deploy       | mathematics-warning=M cyber-critical=C  | pass         |
        deploy       | cyber-warning=C                         | pass         |
        deploy       | cyber-warning=C cyber-critical=C        | inconclusive | cyber-critical
        deploy       | uplift-critical=M                       | fail         | uplift-critical
        deploy       | mathematics-warning=I                   | invalid      | mathematics-warning
        develop      | i=B s=B                                 | pass         |
        develop      | i=C s=C                                 | inconclusive | cyber-critical
        develop      | scheming-critical=M s=B                 | fail         | weights-security
        develop      | scheming-critical=M                     | pass         |
        develop      | scheming-critical=M security-review=C   | inconclusive | weights-security
        internal     | scheming-critical=M                     | pass         |
        internal     | scheming-critical=M follows-rank=B      | fail         | keeps-rank
        internal     | search-warning=M s=B                    | pass         |
        open_weights | i=B                                     | pass         |
        open_weights | search-warning=M                        | fail         | search-warning
        open_weights | search-warning=A                        | inconclusive | search-warning
        """;

    public static TheoryData<string, string> Cases => [.. Of("pf-v1-beta", FirstVersion), .. Of("pf-v2", SecondVersion), .. Of("frontier-framework", Frontier)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_case_comes_to_what_was_worked_out_by_hand(string policyName, string row)
    {
        var parts = row.Split('|', StringSplitOptions.TrimEntries);
        var policy = PolicyFile.Read(policyName, PolicyTests.Today);
        var words = parts[1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        IndicatorReading[] readings = [.. policy.Policy.Tests.SelectMany(t => t.States.Select(s => Reading(t, s, words)))];
        string[] documents = words.Contains("d=0") ? [] : [.. policy.Policy.Gates.SelectMany(g => g.Artefacts)];
        var decision = GateDecision.Of(policy, Enum.GetValues<GateAction>().Single(a => RecipeWriter.Scalar(a) == parts[0]), readings, [], documents, []);
        (RecipeWriter.Scalar(decision.Verdict), decision.DecidedBy).ShouldBe((parts[2], parts[3]), decision.Why);
    }

    [Fact]
    public void Each_policy_has_thirty_cases() => Cases.Select(c => c.Data.Item1).CountBy(p => p).ShouldAllBe(p => p.Value >= 30);

    private static IEnumerable<TheoryDataRow<string, string>> Of(string policy, string table) => table.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(row => new TheoryDataRow<string, string>(policy, row));

    private static IndicatorReading Reading(PolicyTest test, ModelState state, string[] words)
    {
        var letter = test is PolicyIndicator ? 'B' : 'M';
        string[] names = [test is PolicyIndicator ? "i" : "s", test.Id, $"{test.Id}/{RecipeWriter.Scalar(state)}"];
        foreach (var word in words.Where(w => names.Contains(w.Split('=')[0]))) letter = word[^1];
        var finding = letter switch { 'M' => TestFinding.Met, 'A' => TestFinding.Approaching, 'B' => TestFinding.Below, 'C' => TestFinding.CannotTell, _ => TestFinding.Invalid };
        return new IndicatorReading { Test = test, State = state, Finding = finding, Why = "as the case says" };
    }
}

namespace Deliberate.Training.Tests;

/// <summary>Golden values of TRL 1.16.0, verl 0.7.0, open-r1 and Kimi k1.5.</summary>
public sealed class LengthRewardsTests
{
    [Fact]
    public void Every_case_agrees()
    {
        var (cases, tolerance, _) = Golden.Read("fixtures", "objectives", "length_rewards.json");
        foreach (var item in cases)
        {
            var inputs = item.GetProperty("inputs");
            var config = item.Get("config") ?? default;
            int Setting(string name) => config.GetProperty(name).GetInt32();
            double[] rewards;
            switch (item.GetProperty("method").GetString())
            {
                case "soft_overlong":
                    rewards = [.. inputs.Integers("lengths").Select(length => LengthRewards.SoftOverlong(length, Setting("max_length"), Setting("cache")))];
                    break;
                case "overlong_verl":
                    rewards = [.. inputs.Integers("lengths").Select(length => LengthRewards.Overlong(length, Setting("max_length"), Setting("buffer"), config.Number("factor")))];
                    break;
                case "repetition":
                    rewards = [.. inputs.GetProperty("token_ids").EnumerateArray().Select(ids => LengthRewards.Repetition(
                        [.. ids.EnumerateArray().Select(id => id.GetInt32())], Setting("ngram"), config.Number("max_penalty")))];
                    break;
                case "cosine_length":
                    rewards = [.. inputs.Integers("lengths").Select(length => LengthRewards.Cosine(
                        length, Setting("max_length"), config.GetProperty("correct").GetBoolean(), config.Number("min"), config.Number("max")))];
                    break;
                case "kimi_length":
                    var lengths = inputs.Integers("lengths");
                    rewards = new double[lengths.Length];
                    LengthRewards.Kimi(lengths, [.. inputs.GetProperty("correct").EnumerateArray().Select(c => c.GetBoolean())], rewards);
                    break;
                default:
                    throw new InvalidOperationException(item.Name());
            }

            Golden.Close(rewards, item.GetProperty("expected").Numbers("rewards"), tolerance, item.Name());
        }

        Golden.Report("length rewards", cases.Length);
    }
}

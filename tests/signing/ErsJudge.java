import java.io.File;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.DigestCalculatorProvider;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.tsp.ers.ERSEvidenceRecord;
import org.bouncycastle.tsp.ers.ERSFileData;

/** What BouncyCastle says of evidence records (RFC 4998) as of a day (ISO 8601): for each pair of file and record one line,
 * `holds` or why not. */
public class ErsJudge {
    public static void main(String[] words) throws Exception {
        BouncyCastleProvider provider = new BouncyCastleProvider();
        DigestCalculatorProvider digests = new JcaDigestCalculatorProviderBuilder().setProvider(provider).build();
        Date day = Date.from(Instant.parse(words[0]));
        for (int at = 1; at + 1 < words.length; at += 2) {
            String said = "holds";
            try (InputStream in = Files.newInputStream(Paths.get(words[at + 1]))) {
                ERSEvidenceRecord record = new ERSEvidenceRecord(in, digests);
                record.validate(
                    new JcaSimpleSignerInfoVerifierBuilder().setProvider(provider).build(record.getSigningCertificate()));
                record.validatePresent(new ERSFileData(new File(words[at])), day);
            } catch (Exception fault) {
                said = fault.toString();
            }
            System.out.println(said);
        }
    }
}

import java.io.File;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Collection;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.PDSignature;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.tsp.TimeStampToken;
import org.bouncycastle.util.Selector;

/** Judges the signatures of PDFs with PDFBox and BouncyCastle: one line each, "FILE KIND sound|broken END". */
public class PdfBoxJudge {
    public static void main(String[] files) throws Exception {
        for (String name : files) {
            byte[] data = Files.readAllBytes(new File(name).toPath());
            try (PDDocument document = PDDocument.load(data)) {
                for (PDSignature signature : document.getSignatureDictionaries()) {
                    int[] range = signature.getByteRange();
                    String said = sound(signature, data) ? "sound" : "broken";
                    System.out.println(new File(name).getName() + " " + signature.getSubFilter() + " " + said + " "
                            + (range[2] + range[3]));
                }
            } catch (Exception broken) {
                System.out.println(new File(name).getName() + " - broken 0");
            }
        }
    }

    private static boolean sound(PDSignature signature, byte[] data) {
        try {
            byte[] contents = signature.getContents(data);
            byte[] covered = signature.getSignedContent(data);
            if ("ETSI.RFC3161".equals(signature.getSubFilter())) {
                CMSSignedData token = new CMSSignedData(contents);
                TimeStampToken stamp = new TimeStampToken(token);
                String algorithm = stamp.getTimeStampInfo().getMessageImprintAlgOID().getId();
                byte[] digest = java.security.MessageDigest.getInstance(algorithm).digest(covered);
                return Arrays.equals(digest, stamp.getTimeStampInfo().getMessageImprintDigest()) && signed(token);
            }
            return signed(new CMSSignedData(new CMSProcessableByteArray(covered), contents));
        } catch (Exception broken) {
            return false;
        }
    }

    @SuppressWarnings("unchecked")
    private static boolean signed(CMSSignedData signed) throws Exception {
        for (SignerInformation signer : signed.getSignerInfos().getSigners()) {
            Selector<X509CertificateHolder> wanted = signer.getSID();
            Collection<X509CertificateHolder> found = signed.getCertificates().getMatches(wanted);
            X509CertificateHolder certificate = found.iterator().next();
            if (!signer.verify(new JcaSimpleSignerInfoVerifierBuilder().build(certificate))) {
                return false;
            }
        }
        return signed.getSignerInfos().size() == 1;
    }
}
